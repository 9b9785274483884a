// Decides if one more message may go: rules about the number first, then the sender's reach, then the limits. Only the
// limits are counted against.

import { PROBLEM_OF, type RefusalReason } from "../../../src/two-factor/refusal.ts";
import type { Channel } from "../../../src/wire/report.ts";
import type { Sending, SendLimits } from "./challenges.ts";
import type { TwoFactorConfig } from "./options.ts";
import type { Failure } from "./refusal-problem.ts";

export type SendGuard = ReturnType<typeof createSendGuard>;

/** @param count Counts an event by name. It must not reject. */
export function createSendGuard(
  { senders }: Pick<TwoFactorConfig, "senders">,
  limits: Pick<SendLimits, "take">,
  count: (name: string) => Promise<void>,
) {
  return {
    /** Counts a refusal for the operator. */
    async refuse(failed: RefusalReason, detail: string): Promise<Failure> {
      await count(`refused:${PROBLEM_OF[failed]}`);
      return { failed, detail };
    },

    /** Returns a failure if no sender of the channel reaches the number. */
    findUnreached(channel: Channel, to: string, country: string | undefined): Failure | undefined {
      const sender = senders[channel];
      const isReached = sender !== undefined && (sender.reaches?.({ to, country }) ?? true);
      return isReached ? undefined : { failed: "channel_unavailable" };
    },

    /** Counts one more message against all limits. A refusal is counted by the limits themselves. */
    async limit(sending: Sending): Promise<Failure | undefined> {
      const { refused, ...taken } = await limits.take(sending);
      return refused && { failed: `${refused}_limit`, ...taken };
    },
  };
}

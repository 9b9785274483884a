// Decides if one more message may go: rules about the number first, then the sender's reach, then pauses, then the
// limits. Only the limits are counted against.

import { toSegment } from "../../../src/insight/segment.ts";
import { PROBLEM_OF, type RefusalReason } from "../../../src/two-factor/refusal.ts";
import type { SendAdvice } from "../../../src/two-factor/senders/send-advice.ts";
import type { Channel } from "../../../src/wire/report.ts";
import type { PausedRoutes } from "../ports/paused-routes.ts";
import type { Sending, SendLimits } from "./challenges.ts";
import type { TwoFactorConfig } from "./options.ts";
import type { Failure } from "./refusal-problem.ts";

export type SendGuard = ReturnType<typeof createSendGuard>;

/** Everyone else is refused too, until the window ends. A limit of one number or address concerns its users alone. */
const LIMIT_REACHED: SendAdvice = {
  level: "error",
  hint: "codes are refused until the window of this limit ends: stop the pumping, or raise it in TWO_FACTOR_LIMITS",
};

/** A pause may last for hours, but may also end early: a caller asks again after an hour. */
const LONGEST_RETRY_MS = 3_600_000;

/**
 * @param count Counts an event by name. It must not reject.
 * @param routes `undefined`: nothing is ever paused.
 */
export function createSendGuard(
  { senders }: Pick<TwoFactorConfig, "senders">,
  limits: Pick<SendLimits, "take">,
  count: (name: string) => Promise<void>,
  routes?: PausedRoutes,
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

    /** Returns a failure, and counts it, if codes to the country are paused on this channel. */
    async findPaused(channel: Channel, country: string | null): Promise<Failure | undefined> {
      // The network is unknown before the number's first message.
      const wait = await routes?.pausedFor(toSegment("2fa", channel, country));
      if (wait === undefined) return undefined;
      await count(`refused:${PROBLEM_OF.route_paused}`);
      return { failed: "route_paused", retryAfter: Math.min(Math.max(wait, 1), LONGEST_RETRY_MS) };
    },

    /** Counts one more message against all limits. A refusal is counted by the limits themselves. */
    async limit(sending: Sending): Promise<Failure | undefined> {
      const { refused, ...taken } = await limits.take(sending);
      if (refused === undefined) return undefined;
      const isWide = refused === "total" || refused === "country" || refused === "caller";
      return { failed: `${refused}_limit`, ...taken, ...(isWide && { advice: LIMIT_REACHED }) };
    },
  };
}

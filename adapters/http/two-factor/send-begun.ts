// Sends a message that is stored already, and stores the result: as the state of its challenge, and as the answer to
// repetitions under an idempotency key.

import { isConversionError } from "../../../src/client/errors.ts";
import { toPrice } from "../../../src/insight/facts.ts";
import type { ChallengeStatus } from "../../../src/two-factor/challenge/challenge.ts";
import { toCanonicalNumber, toDialledNumber } from "../../../src/two-factor/numbers/spellings.ts";
import { PROBLEM_OF, type SendRefusal } from "../../../src/two-factor/refusal.ts";
import { adviseOperator } from "../../../src/two-factor/senders/send-advice.ts";
import { isSendError, SendError, type SendErrorCode } from "../../../src/two-factor/senders/send-error.ts";
import type { SentCode } from "../../../src/two-factor/senders/sender.ts";
import type { Begun, Challenges, Keep, Keyed, SendingEnded } from "./challenges.ts";
import { withoutNumber } from "./kept-answer.ts";
import type { TwoFactorConfig } from "./options.ts";
import type { Failure } from "./refusal-problem.ts";

/** The refusal that a caller gets for each error of a sender. */
export const NOT_SENT: Readonly<Record<SendErrorCode, SendRefusal>> = {
  throttled: "send_throttled",
  unavailable: "send_unavailable",
  unauthorized: "send_unauthorized",
  account_refused: "send_account_refused",
  number_refused: "number_refused",
  rejected: "send_rejected",
  not_supported: "channel_unavailable",
  uncertain: "send_uncertain",
  unexpected_response: "send_unexpected",
};

/** Wait after throttling of unknown length: none of Vonage's rates is below one a second. */
const THROTTLED_FOR_MS = 1000;

export type SendBegun = ReturnType<typeof createSendBegun>;

/** @param count Counts an event by name. It must not reject. */
export function createSendBegun(
  config: TwoFactorConfig,
  challenges: Pick<Challenges, "end">,
  count: (name: string) => Promise<void>,
) {
  return async (
    { status, message }: Begun,
    code: string,
    keyed: Keyed | undefined,
  ): Promise<ChallengeStatus | Failure> => {
    const { number, channel, country, to: stored, address: _, autofill, ...rest } = message;
    const to = toDialledNumber(stored, channel);
    const end = (ended: SendingEnded, answer: Omit<Keep, "keyed"> = {}) =>
      challenges.end(status.id, number, ended, keyed && { keyed, ...answer });
    const sender = config.senders[channel];
    if (sender === undefined) {
      await end({ type: "failed", status: "not_supported" }, { failed: PROBLEM_OF.channel_unavailable });
      return { failed: "channel_unavailable" };
    }
    const { lifetime } = config;
    let sent: SentCode;
    try {
      sent = await sender.send({ ...rest, ...autofill, to, country: country ?? undefined, code, lifetime });
    } catch (error) {
      const { code: reason, vonageStatus, retryAfter } = toSendError(error);
      const failed = NOT_SENT[reason];
      // A custom sender may set any value.
      const named = Number.isFinite(retryAfter) ? Math.max(1, Number(retryAfter)) : undefined;
      const wait = named ?? (reason === "throttled" ? THROTTLED_FOR_MS : undefined);
      const type = reason === "uncertain" ? "uncertain" : "failed";
      // A caller that may retry must not get this answer again under its key.
      const released = type === "failed" && (reason === "unavailable" || wait !== undefined);
      const challenge = await end(
        type === "failed" ? { type, status: String(vonageStatus ?? reason) } : { type },
        released ? { released } : { failed: PROBLEM_OF[failed], retryAfter: wait },
      );
      await count(`not-sent:${PROBLEM_OF[failed]}`);
      // A refusal of one destination does not page the operator; a wrong sender shows as a growing count.
      if (vonageStatus !== undefined) await count(`sms-status:${vonageStatus}`);
      const advice = adviseOperator(reason, vonageStatus);
      return {
        failed,
        ...(advice && { advice }),
        ...(wait !== undefined && { retryAfter: wait }),
        ...(reason === "uncertain" && challenge && { challenge: withoutNumber(challenge) }),
      };
    }
    try {
      return withNumber((await end(toEnded(sent))) ?? status, to);
    } catch {
      // The message is out, so the login goes on although this was not stored. The id comes with the receipt.
      await count("not-noted");
      return withNumber(status, to);
    }
  };
}

/** A sender of one's own may give anything as its price. */
function toEnded({ messageIds, network, price }: SentCode): SendingEnded {
  const known = price === undefined ? undefined : toPrice(String(price));
  return {
    type: "sent",
    messageIds,
    ...(network !== undefined && { network: String(network) }),
    ...(known !== undefined && { price: known }),
  };
}

/** Objects of version 0.1, which may answer for some minutes after a deployment, return no number. */
const withNumber = (status: ChallengeStatus, to: string): ChallengeStatus => ({
  ...status,
  to: `+${toCanonicalNumber(to)}`,
});

/** A sender that throws anything else may have sent the message. */
function toSendError(error: unknown): SendError {
  if (isSendError(error)) return error;
  // A damaged private key shows when it is first used.
  const isKey = isConversionError(error) && error.code === "invalid_options";
  return new SendError(isKey ? "unauthorized" : "uncertain", "");
}

// Sends a further message of a challenge. The message is stored first: the challenge decides if it may be sent, and the
// channel may be another one than at the start, so the number is checked again.

import type * as v from "valibot";
import type { ChallengeStatus } from "../../../src/two-factor/challenge/challenge.ts";
import { generateCode } from "../../../src/two-factor/challenge/code.ts";
import { parsePhoneNumber } from "../../../src/two-factor/numbers/phone-number.ts";
import { toCanonicalNumber, toDialledNumber } from "../../../src/two-factor/numbers/spellings.ts";
import type { resendSchema } from "../../../src/two-factor/request-schemas.ts";
import type { Begun, Challenges } from "./challenges.ts";
import { NO_CHALLENGE, repeat } from "./kept-answer.ts";
import type { TwoFactorConfig } from "./options.ts";
import { type Failure, toFailure } from "./refusal-problem.ts";
import type { RequestHasher } from "./request-hasher.ts";
import type { SendBegun } from "./send-begun.ts";
import type { SendGuard } from "./send-guard.ts";
import { findTypeRefusal } from "./served-numbers.ts";

/** A resend as its schema returns it. */
export type ValidResend = v.InferOutput<typeof resendSchema>;

export function createResend(
  config: TwoFactorConfig,
  challenges: Challenges,
  hasher: RequestHasher,
  guard: SendGuard,
  sendBegun: SendBegun,
) {
  return async (
    id: string,
    { channel, ip }: ValidResend,
    caller: string,
    key?: string,
  ): Promise<ChallengeStatus | Failure> => {
    if (channel !== undefined && config.senders[channel] === undefined) {
      return { failed: "channel_unavailable" };
    }
    const code = generateCode(config.codeLength);
    const keyed = await hasher.hashKey([caller, id], key, { resend: channel ?? null });
    const next = await challenges.resend(id, channel, code, keyed);
    if (next === undefined) return NO_CHALLENGE;
    if ("earlier" in next) return repeat(next);
    if ("reason" in next) return toFailure(next);
    const { to, number, country, address: atStart } = next.message;
    const address = (await hasher.hashAddress(ip)) ?? atStart;
    const once = keyed?.[0]?.token;
    const failure =
      (await findRefusal(next.message)) ??
      (await guard.findPaused(next.message.channel, country)) ??
      (await guard.limit({ number: toCanonicalNumber(to), country, address, caller, once }));
    if (failure === undefined) return sendBegun(next, code, keyed);
    await challenges.end(id, number, { type: "failed" }, keyed && { keyed, released: true });
    return failure;
  };

  async function findRefusal({ to, country, channel }: Begun["message"]): Promise<Failure | undefined> {
    const number = parsePhoneNumber(`+${to}`);
    const refusal = number.fault === undefined ? findTypeRefusal(config, number, channel) : undefined;
    if (refusal !== undefined) return guard.refuse(refusal.failed, refusal.detail);
    return guard.findUnreached(channel, toDialledNumber(to, channel), country ?? undefined);
  }
}

// Starts a challenge: reads the number, checks that a code may go there, stores the challenge, and sends its first
// message. An idempotency key is claimed before anything is counted or stored.

import type * as v from "valibot";
import type { ChallengeStatus } from "../../../src/two-factor/challenge/challenge.ts";
import { generateCode } from "../../../src/two-factor/challenge/code.ts";
import { explainCountry, isCountry } from "../../../src/two-factor/numbers/country.ts";
import { type PhoneNumber, parsePhoneNumber } from "../../../src/two-factor/numbers/phone-number.ts";
import type { startSchema } from "../../../src/two-factor/request-schemas.ts";
import type { Challenges, Keyed } from "./challenges.ts";
import { repeat } from "./kept-answer.ts";
import type { TwoFactorConfig } from "./options.ts";
import type { Failure } from "./refusal-problem.ts";
import type { RequestHasher } from "./request-hasher.ts";
import type { SendBegun } from "./send-begun.ts";
import type { SendGuard } from "./send-guard.ts";
import { findNumberRefusal } from "./served-numbers.ts";

/** A start as its schema returns it. */
export type ValidStart = v.InferOutput<typeof startSchema>;

/** The challenge that a start is for. */
interface Claim {
  readonly id: string;
  /** `undefined`: without an idempotency key. */
  readonly keyed: Keyed | undefined;
}

export function createStart(
  config: TwoFactorConfig,
  challenges: Challenges,
  hasher: RequestHasher,
  guard: SendGuard,
  sendBegun: SendBegun,
) {
  return async (request: ValidStart, caller: string, key?: string): Promise<ChallengeStatus | Failure> => {
    const { channel, brand = config.brand, locale, origin, androidAppHash, supersede } = request;
    const number = await readNumber(request);
    if ("failed" in number) return number;
    const to = channel === "voice" ? number.called : number.number;
    const unreached = guard.findUnreached(channel, to, number.country);
    if (unreached !== undefined) return unreached;

    const claim = await claimKey(request, number.number, caller, key);
    if ("answer" in claim) return claim.answer;
    const { id, keyed } = claim;

    const country = number.country ?? null;
    const address = await hasher.hashAddress(request.ip);
    const sending = { number: number.number, country, address, caller, once: keyed?.[0]?.token };
    const refused = (await guard.findPaused(channel, country)) ?? (await guard.limit(sending));
    if (refused !== undefined) return refused;

    const code = generateCode(config.codeLength);
    const autofill = (origin ?? androidAppHash) === undefined ? undefined : { origin, androidAppHash };
    const about = { brand, locale, clientRef: request.clientRef ?? id, address, autofill, caller };
    const numberHashes = await hasher.hashNumber(number.number);
    const begun = await challenges.begin(
      { id, to, country, ...about, numberHashes, supersedes: supersede, channel, code },
      keyed,
    );
    return "earlier" in begun ? repeat(begun) : sendBegun(begun, code, keyed);
  };

  /** The number of a request, or the reason why no code goes to it. */
  async function readNumber(request: ValidStart): Promise<PhoneNumber | Failure> {
    const { to, channel, defaultCountry = config.defaultCountry } = request;
    if (defaultCountry !== undefined && !isCountry(defaultCountry)) {
      const detail = explainCountry(defaultCountry);
      const errors = [{ parameter: "defaultCountry", detail }];
      return { failed: "invalid_parameters", detail: `defaultCountry ${detail}`, errors };
    }
    const number = parsePhoneNumber(to, defaultCountry);
    if (number.fault !== undefined) return guard.refuse("invalid_number", `The number ${number.fault}.`);
    const refusal = findNumberRefusal(config, number, channel);
    return refusal === undefined ? number : guard.refuse(refusal.failed, refusal.detail);
  }

  /** Binds the idempotency key to a challenge, or returns the answer of an earlier start with the same key. */
  async function claimKey(
    { ip: _, ...request }: ValidStart,
    number: string,
    caller: string,
    key: string | undefined,
  ): Promise<Claim | { readonly answer: ChallengeStatus | Failure }> {
    const id = challenges.createId(number);
    // The address is not part of the request: a phone may change it before it repeats the call.
    const keyed = await hasher.hashKey([caller], key, request);
    if (keyed === undefined) return { id, keyed };
    const claimed = await challenges.claim(`${caller} ${key}`, keyed, id);
    // An object of the previous version cannot keep keys: go on without one.
    if (claimed === undefined) return { id, keyed: undefined };
    if ("earlier" in claimed) return { answer: repeat(claimed) };
    const earlier = claimed.isNew ? undefined : await challenges.recall(claimed.id, keyed);
    return earlier === undefined ? { id: claimed.id, keyed } : { answer: repeat(earlier) };
  }
}

// The workflow for all its callers: HTTP, RPC and Vonage's webhooks.

import type * as v from "valibot";
import type { ChallengeDetails, ChallengeStatus } from "../../../src/two-factor/challenge/challenge.ts";
import { generateCode } from "../../../src/two-factor/challenge/code.ts";
import { hashRequest } from "../../../src/two-factor/challenge/idempotency-key.ts";
import { explainCountry, isCountry } from "../../../src/two-factor/numbers/country.ts";
import {
  identifyNumber,
  maskNumber,
  parsePhoneNumber,
} from "../../../src/two-factor/numbers/phone-number.ts";
import { toCanonicalNumber, toDialledNumber } from "../../../src/two-factor/numbers/spellings.ts";
import { PROBLEM_OF, type RefusalReason } from "../../../src/two-factor/refusal.ts";
import type { resendSchema, startSchema } from "../../../src/two-factor/request.ts";
import type { TextSize } from "../../../src/two-factor/senders/text-size.ts";
import { hashAddress } from "../../../src/two-factor/user-address.ts";
import type { DeliveryReceipt } from "../../../src/webhooks/delivery-receipt.ts";
import type { InboundSms } from "../../../src/webhooks/inbound-sms.ts";
import type { Channel } from "../../../src/wire/report.ts";
import type { Challenges, Checked, Keyed, Once, Received, Sending, SendLimits, Wait } from "./challenges.ts";
import { EARLIER, NO_CHALLENGE, repeat } from "./kept-answer.ts";
import type { TwoFactorConfig } from "./options.ts";
import { type Failure, toFailure } from "./refusal-problem.ts";
import { createSendBegun } from "./send-begun.ts";
import { findNumberRefusal, findTypeRefusal } from "./served-numbers.ts";
import type { WebhookRecord } from "./webhook-record.ts";

export interface TwoFactor {
  /**
   * @param caller Name of the proxy key, for the limit by caller.
   * @param key The caller's idempotency key, as with `check` and `resend`.
   */
  start(
    request: v.InferOutput<typeof startSchema>,
    caller: string,
    key?: string,
  ): Promise<ChallengeStatus | Failure>;
  /** The number of a request, masked for the log. */
  mask(request: Pick<v.InferOutput<typeof startSchema>, "to" | "defaultCountry">): string;
  check(id: string, code: string, caller: string, key?: string): Promise<Checked | Failure>;
  resend(
    id: string,
    request: v.InferOutput<typeof resendSchema>,
    caller: string,
    key?: string,
  ): Promise<ChallengeStatus | Failure>;
  cancel(id: string): Promise<true | Failure>;
  /** @param wait Waits until the challenge is no longer pending. */
  look(id: string, wait?: Wait): Promise<ChallengeDetails | Failure>;
  receipt(receipt: DeliveryReceipt, once: Once | undefined): Promise<Received>;
  reply(message: InboundSms, once: Once | undefined): Promise<Received>;
  /** Counts an event by name, for the operator. Never rejects. */
  count(name: string): Promise<void>;
  /** All counts, webhooks included. */
  counts(): Promise<Readonly<Record<string, number>>>;
  /** Counts of webhooks by outcome. */
  readonly webhooks: WebhookRecord;
  /** Encoding and length of the operator's own texts. */
  measureTexts(): readonly TextSize[];
}

/** A shard's index, and 128 random bits in base64url. */
const ID = /^[0-9a-z]{1,2}\.[\w-]{22}$/;

/** Creates the workflow from its configuration and its storage. */
export function createTwoFactor(
  config: TwoFactorConfig,
  challenges: Challenges,
  limits: SendLimits,
  webhooks: WebhookRecord,
): TwoFactor {
  const service: TwoFactor = {
    async start({ ip, supersede, ...request }, caller, key) {
      const { channel, brand = config.brand, locale, defaultCountry = config.defaultCountry } = request;
      if (defaultCountry !== undefined && !isCountry(defaultCountry)) {
        const detail = explainCountry(defaultCountry);
        const errors = [{ parameter: "defaultCountry", detail }];
        return { failed: "invalid_parameters", detail: `defaultCountry ${detail}`, errors };
      }
      const number = parsePhoneNumber(request.to, defaultCountry);
      if (number.fault !== undefined)
        return refuse("invalid_number", { detail: `The number ${number.fault}.` });
      const refusal = findNumberRefusal(config, number, channel);
      if (refusal !== undefined) return refuse(refusal.failed, refusal);
      const { country } = number;
      const to = channel === "voice" ? number.called : number.number;
      if (!isReached(channel, to, country)) return { failed: "channel_unavailable" };
      // The address is not part of the request: a phone may change it before it repeats the call.
      let keyed = await hashKey([caller], key, { ...request, supersede });
      let id = challenges.createId(number.number);
      if (keyed !== undefined) {
        const claimed = await challenges.claim(`${caller} ${key}`, keyed, id);
        // An object of the previous version cannot keep keys: go on without one.
        if (claimed === undefined) keyed = undefined;
        else if ("earlier" in claimed) return repeat(claimed);
        else {
          id = claimed.id;
          const earlier = claimed.isNew ? undefined : await challenges.recall(id, keyed);
          if (earlier !== undefined) return repeat(earlier);
        }
      }
      const address = await hash(ip);
      const sending = { number: number.number, country: country ?? null, address, caller };
      const limited = await limit({ ...sending, once: keyed?.[0]?.token });
      if (limited !== undefined) return limited;

      const { clientRef = id } = request;
      const code = generateCode(config.codeLength);
      const { origin, androidAppHash } = request;
      const autofill = (origin ?? androidAppHash) === undefined ? undefined : { origin, androidAppHash };
      const about = { brand, locale, clientRef, address, autofill, caller, supersedes: supersede };
      const challenge = { id, to, country: country ?? null, ...about, channel, code };
      const begun = await challenges.begin(challenge, keyed);
      return "earlier" in begun ? repeat(begun) : sendBegun(begun, code, keyed);
    },

    mask: ({ to, defaultCountry = config.defaultCountry }) => maskNumber(to, defaultCountry),

    async check(id, code, caller, key) {
      if (!ID.test(id)) return NO_CHALLENGE;
      const keyed = await hashKey([caller, id], key, { check: code });
      const checked = (await challenges.check(id, code, keyed)) ?? NO_CHALLENGE;
      if (!("earlier" in checked)) return checked;
      return checked.earlier === "done" ? checked.answer : EARLIER[checked.earlier];
    },

    async resend(id, { channel, ip }, caller, key) {
      if (!ID.test(id)) return NO_CHALLENGE;
      if (channel !== undefined && config.senders[channel] === undefined)
        return { failed: "channel_unavailable" };
      const code = generateCode(config.codeLength);
      const keyed = await hashKey([caller, id], key, { resend: channel ?? null });
      const next = await challenges.resend(id, channel, code, keyed);
      if (next === undefined) return NO_CHALLENGE;
      if ("earlier" in next) return repeat(next);
      if ("reason" in next) return toFailure(next);
      const { to, number, country, address: atStart, channel: by } = next.message;
      const address = (await hash(ip)) ?? atStart;
      const failure =
        (await findRefusal(to, country ?? undefined, by)) ??
        (await limit({
          number: toCanonicalNumber(to),
          country,
          address,
          caller,
          once: keyed?.[0]?.token,
        }));
      if (failure === undefined) return sendBegun(next, code, keyed);
      await challenges.end(id, number, { type: "failed" }, keyed && { keyed, released: true });
      return failure;
    },

    async cancel(id) {
      return (ID.test(id) && (await challenges.cancel(id))) || NO_CHALLENGE;
    },

    async look(id, wait) {
      return (ID.test(id) && (await challenges.look(id, wait))) || NO_CHALLENGE;
    },

    // Carriers may use another spelling than the one that was dialled.
    receipt: (receipt, once) =>
      challenges.receipt({ ...receipt, number: identifyNumber(receipt.number) }, once),

    reply: ({ number, text }, once) => challenges.reply(identifyNumber(number), text, once),

    count: (name) => limits.count(name).catch(() => {}),

    async counts() {
      const [counts, sightings = []] = await Promise.all([limits.counts(), webhooks.read()]);
      const all = { ...counts };
      for (const { webhook, outcome, count } of sightings) {
        const name = `${webhook}:${outcome}`;
        // Versions before 0.2 counted webhooks among the rest.
        all[name] = (all[name] ?? 0) + count;
      }
      return all;
    },

    webhooks,

    measureTexts() {
      const { brand, codeLength, lifetime, senders } = config;
      return senders.sms?.measureTexts?.({ brand, codeLength, lifetime }) ?? [];
    },
  };
  const sendBegun = createSendBegun(config, challenges, service.count);
  return service;

  async function refuse(reason: RefusalReason, more: Partial<Failure> = {}): Promise<Failure> {
    await service.count(`refused:${PROBLEM_OF[reason]}`);
    return { ...more, failed: reason };
  }

  /** True if a sender reaches the number. */
  function isReached(channel: Channel, to: string, country: string | undefined): boolean {
    const sender = config.senders[channel];
    return sender !== undefined && (sender.reaches?.({ to, country }) ?? true);
  }

  /** Checks again for a resend, which may use another channel than the start. */
  async function findRefusal(
    to: string,
    country: string | undefined,
    channel: Channel,
  ): Promise<Failure | undefined> {
    const number = parsePhoneNumber(`+${to}`);
    const refusal = number.fault === undefined ? findTypeRefusal(config, number, channel) : undefined;
    if (refusal !== undefined) return refuse(refusal.failed, refusal);
    const dialled = toDialledNumber(to, channel);
    return isReached(channel, dialled, country) ? undefined : { failed: "channel_unavailable" };
  }

  /** Counts one more message against all limits. A refusal is counted by the limits themselves. */
  async function limit(sending: Sending): Promise<Failure | undefined> {
    const { refused, ...taken } = await limits.take(sending);
    return refused && { failed: `${refused}_limit`, ...taken };
  }

  function hashKey(
    scope: readonly string[],
    key: string | undefined,
    request: Readonly<Record<string, unknown>>,
  ): Promise<Keyed | undefined> {
    return key === undefined
      ? Promise.resolve(undefined)
      : hashRequest(config.codeSecrets, scope, key, request);
  }

  async function hash(ip: string | undefined): Promise<string | undefined> {
    const [secret] = config.codeSecrets;
    return ip === undefined || secret === undefined ? undefined : hashAddress(secret, ip);
  }
}

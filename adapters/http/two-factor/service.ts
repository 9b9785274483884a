// The workflow for all its callers: HTTP, RPC and Vonage's webhooks.

import type { ChallengeDetails, ChallengeStatus } from "../../../src/two-factor/challenge/challenge.ts";
import { identifyNumber, maskNumber } from "../../../src/two-factor/numbers/phone-number.ts";
import type { TextSize } from "../../../src/two-factor/senders/text-size.ts";
import type { DeliveryReceipt } from "../../../src/webhooks/delivery-receipt.ts";
import type { InboundSms } from "../../../src/webhooks/inbound-sms.ts";
import type { Channel } from "../../../src/wire/report.ts";
import type { PausedRoutes } from "../ports/paused-routes.ts";
import type { Challenges, Checked, Once, Received, SendLimits, Wait } from "./challenges.ts";
import { EARLIER, NO_CHALLENGE } from "./kept-answer.ts";
import type { TakeReceipt } from "./ledger-receipts.ts";
import type { TwoFactorConfig } from "./options.ts";
import type { Failure } from "./refusal-problem.ts";
import { createRequestHasher } from "./request-hasher.ts";
import { createResend, type ValidResend } from "./resend.ts";
import { createSendBegun } from "./send-begun.ts";
import { createSendGuard } from "./send-guard.ts";
import { createStart, type ValidStart } from "./start.ts";
import type { WebhookRecord } from "./webhook-record.ts";

export interface TwoFactor {
  /**
   * @param caller Name of the proxy key, for the limit by caller.
   * @param key The caller's idempotency key, as with `check` and `resend`.
   */
  start(request: ValidStart, caller: string, key?: string): Promise<ChallengeStatus | Failure>;
  /** The number of a request, masked for the log. */
  mask(request: Pick<ValidStart, "to" | "defaultCountry">): string;
  check(id: string, code: string, caller: string, key?: string): Promise<Checked | Failure>;
  resend(id: string, request: ValidResend, caller: string, key?: string): Promise<ChallengeStatus | Failure>;
  cancel(id: string): Promise<true | Failure>;
  /** @param wait Waits until the challenge is no longer pending. */
  look(id: string, wait?: Wait): Promise<ChallengeDetails | Failure>;
  /**
   * Takes a receipt for a challenge, and for a tracked message.
   *
   * @param channel Of the message.
   * @default channel "sms"
   */
  receipt(receipt: DeliveryReceipt, once: Once | undefined, channel?: Channel): Promise<Received>;
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

/**
 * Creates the workflow from its configuration and its storage.
 *
 * @param takeReceipt Hands receipts to the ledger.
 * @param routes Gives the pauses; `undefined`: nothing is ever paused.
 */
export function createTwoFactor(
  config: TwoFactorConfig,
  challenges: Challenges,
  limits: SendLimits,
  webhooks: WebhookRecord,
  takeReceipt: TakeReceipt = async () => false,
  routes?: PausedRoutes,
): TwoFactor {
  const count = (name: string) => limits.count(name).catch(() => {});
  const hasher = createRequestHasher(config.codeSecrets);
  const guard = createSendGuard(config, limits, count, routes);
  const sendBegun = createSendBegun(config, challenges, count);
  const resend = createResend(config, challenges, hasher, guard, sendBegun);

  return {
    start: createStart(config, challenges, hasher, guard, sendBegun),

    mask: ({ to, defaultCountry = config.defaultCountry }) => maskNumber(to, defaultCountry),

    async check(id, code, caller, key) {
      if (!ID.test(id)) return NO_CHALLENGE;
      const keyed = await hasher.hashKey([caller, id], key, { check: code });
      const checked = (await challenges.check(id, code, keyed)) ?? NO_CHALLENGE;
      if (!("earlier" in checked)) return checked;
      return checked.earlier === "done" ? checked.answer : EARLIER[checked.earlier];
    },

    resend: async (id, ...request) => (ID.test(id) ? resend(id, ...request) : NO_CHALLENGE),

    async cancel(id) {
      return (ID.test(id) && (await challenges.cancel(id))) || NO_CHALLENGE;
    },

    async look(id, wait) {
      return (ID.test(id) && (await challenges.look(id, wait))) || NO_CHALLENGE;
    },

    // Carriers may use another spelling than the one that was dialled.
    async receipt(receipt, once, channel = "sms") {
      const number = identifyNumber(receipt.number);
      const [isTracked, received] = await Promise.all([
        takeReceipt(receipt, channel),
        challenges.receipt({ ...receipt, number }, once),
      ]);
      return received === "unknown" && isTracked ? "taken" : received;
    },

    reply: ({ number, text }, once) => challenges.reply(identifyNumber(number), text, once),

    count,

    async counts() {
      const [counts, sightings = []] = await Promise.all([limits.counts(), webhooks.read()]);
      const all = { ...counts };
      for (const { webhook, outcome, count: seen } of sightings) {
        const name = `${webhook}:${outcome}`;
        // Versions before 0.2 counted webhooks among the rest.
        all[name] = (all[name] ?? 0) + seen;
      }
      return all;
    },

    webhooks,

    measureTexts() {
      const { brand, codeLength, lifetime, senders } = config;
      return senders.sms?.measureTexts?.({ brand, codeLength, lifetime }) ?? [];
    },
  };
}

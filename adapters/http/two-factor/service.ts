// The whole workflow, whoever asks for it: by HTTP, by RPC, or Vonage by a webhook.

import type * as v from "valibot";
import { isConversionError } from "../../../src/client/errors.ts";
import type { ChallengeDetails, ChallengeStatus } from "../../../src/two-factor/challenge/challenge.ts";
import { generateCode } from "../../../src/two-factor/challenge/code.ts";
import { hashRequest } from "../../../src/two-factor/challenge/idempotency-key.ts";
import type { ChallengeWithoutNumber } from "../../../src/two-factor/client/errors.ts";
import { explainCountry, isCountry } from "../../../src/two-factor/numbers/country.ts";
import {
  identifyNumber,
  maskNumber,
  parsePhoneNumber,
} from "../../../src/two-factor/numbers/phone-number.ts";
import { toCanonicalNumber, toDialledNumber } from "../../../src/two-factor/numbers/spellings.ts";
import {
  PROBLEM_OF,
  type RefusalReason,
  refusalOf,
  type SendRefusal,
} from "../../../src/two-factor/refusal.ts";
import type { resendSchema, startSchema } from "../../../src/two-factor/request.ts";
import { adviseOperator } from "../../../src/two-factor/senders/send-advice.ts";
import { isSendError, SendError, type SendErrorCode } from "../../../src/two-factor/senders/send-error.ts";
import type { SentCode } from "../../../src/two-factor/senders/sender.ts";
import type { TextSize } from "../../../src/two-factor/senders/text-size.ts";
import { hashAddress } from "../../../src/two-factor/user-address.ts";
import type { DeliveryReceipt } from "../../../src/webhooks/delivery-receipt.ts";
import type { InboundSms } from "../../../src/webhooks/inbound-sms.ts";
import type { Channel } from "../../../src/wire/report.ts";
import type {
  Begun,
  Challenges,
  Checked,
  Earlier,
  Keep,
  Keyed,
  Once,
  Received,
  Refusal,
  Sending,
  SendingEnded,
  SendLimits,
  Wait,
} from "./challenges.ts";
import type { TwoFactorConfig } from "./options.ts";
import type { Failure } from "./refusal-problem.ts";
import { findNumberRefusal, findTypeRefusal } from "./served-numbers.ts";
import type { WebhookRecord } from "./webhook-record.ts";

export interface TwoFactor {
  /**
   * @param caller Whom its limit counts for.
   * @param key The caller's idempotency key, as with `check` and `resend`.
   */
  start(
    request: v.InferOutput<typeof startSchema>,
    caller: string,
    key?: string,
  ): Promise<ChallengeStatus | Failure>;
  /** The number of a request as it may be logged. */
  mask(request: Pick<v.InferOutput<typeof startSchema>, "to" | "defaultCountry">): string;
  check(id: string, code: string, caller: string, key?: string): Promise<Checked | Failure>;
  resend(
    id: string,
    request: v.InferOutput<typeof resendSchema>,
    caller: string,
    key?: string,
  ): Promise<ChallengeStatus | Failure>;
  cancel(id: string): Promise<true | Failure>;
  /** @param wait Until the challenge is not pending any longer; otherwise at once. */
  look(id: string, wait?: Wait): Promise<ChallengeDetails | Failure>;
  receipt(receipt: DeliveryReceipt, once: Once | undefined): Promise<Received>;
  reply(message: InboundSms, once: Once | undefined): Promise<Received>;
  /** Counts a thing by name, for the operator; never rejects. */
  count(name: string): Promise<void>;
  /** Of what was counted, webhooks included. */
  counts(): Promise<Readonly<Record<string, number>>>;
  /** Which webhooks came, and what became of them. */
  readonly webhooks: WebhookRecord;
  /** How the texts go out that the operator wrote. */
  measureTexts(): readonly TextSize[];
}

/** Of all ids: a shard's index, and 128 random bits in base64url. */
const ID = /^[0-9a-z]{1,2}\.[\w-]{22}$/;

const NO_CHALLENGE: Failure = {
  failed: "not_found",
  detail: "There is no such challenge, or it was long ago.",
};

const NOT_SENT: Readonly<Record<SendErrorCode, SendRefusal>> = {
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

/** Of a sender that says it is throttled and not for how long: no rate of Vonage's is below one a second. */
const THROTTLED_FOR_MS = 1000;

/** When to ask again for an answer that is being worked on. */
const UNDER_WAY_FOR_MS = 1000;

/** Makes the workflow from its configuration, and from where its state is kept. */
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
      // The address says who asks, and may change between two attempts of one phone.
      let keyed = await hashKey([caller], key, { ...request, supersede });
      let id = challenges.createId(number.number);
      if (keyed !== undefined) {
        const claimed = await challenges.claim(`${caller} ${key}`, keyed, id);
        // The object is of the version before: as if there were no key.
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
      return "earlier" in begun ? repeat(begun) : send(begun, code, keyed);
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
      if (failure === undefined) return send(next, code, keyed);
      await challenges.end(id, number, { type: "failed" }, keyed && { keyed, released: true });
      return failure;
    },

    async cancel(id) {
      return (ID.test(id) && (await challenges.cancel(id))) || NO_CHALLENGE;
    },

    async look(id, wait) {
      return (ID.test(id) && (await challenges.look(id, wait))) || NO_CHALLENGE;
    },

    // Carriers may name another spelling than the one that was dialled.
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
  return service;

  async function refuse(reason: RefusalReason, more: Partial<Failure> = {}): Promise<Failure> {
    await service.count(`refused:${PROBLEM_OF[reason]}`);
    return { ...more, failed: reason };
  }

  /** Whether there is a sender for such a number. */
  function isReached(channel: Channel, to: string, country: string | undefined): boolean {
    const sender = config.senders[channel];
    return sender !== undefined && (sender.reaches?.({ to, country }) ?? true);
  }

  /** A challenge that began with a call may go on with a text. */
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

  /** Counts one more message, or says why there must be none. The refusal is counted with it. */
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

  /** Sends a message that was begun, and notes how that ended. */
  async function send(
    { status, message }: Begun,
    code: string,
    keyed: Keyed | undefined,
  ): Promise<ChallengeStatus | Failure> {
    const { number, channel, country, to: stored, address: _, autofill, ...rest } = message;
    const to = toDialledNumber(stored, channel);
    const end = (ended: SendingEnded, answer: Omit<Keep, "keyed"> = {}) =>
      challenges.end(status.id, number, ended, keyed && { keyed, ...answer });
    const sender = config.senders[channel];
    if (sender === undefined) {
      await end({ type: "failed" }, { failed: PROBLEM_OF.channel_unavailable });
      return { failed: "channel_unavailable" };
    }
    const { lifetime } = config;
    let sent: SentCode;
    try {
      sent = await sender.send({ ...rest, ...autofill, to, country: country ?? undefined, code, lifetime });
    } catch (error) {
      const { code: reason, vonageStatus, retryAfter } = toSendError(error);
      const failed = NOT_SENT[reason];
      // Senders of the operator's own may say anything.
      const named = Number.isFinite(retryAfter) ? Math.max(1, Number(retryAfter)) : undefined;
      const wait = named ?? (reason === "throttled" ? THROTTLED_FOR_MS : undefined);
      const type = reason === "uncertain" ? "uncertain" : "failed";
      // Who is told to come again must not get this answer again for it.
      const released = type === "failed" && (reason === "unavailable" || wait !== undefined);
      const challenge = await end(
        { type },
        released ? { released } : { failed: PROBLEM_OF[failed], retryAfter: wait },
      );
      await service.count(`not-sent:${PROBLEM_OF[failed]}`);
      // One destination's refusal pages nobody, but a wrong sender must show: it makes this number grow.
      if (vonageStatus !== undefined) await service.count(`sms-status:${vonageStatus}`);
      const advice = adviseOperator(reason, vonageStatus);
      return {
        failed,
        ...(advice && { advice }),
        ...(wait !== undefined && { retryAfter: wait }),
        ...(reason === "uncertain" && challenge && { challenge: withoutNumber(challenge) }),
      };
    }
    try {
      return withNumber((await end({ type: "sent", messageIds: sent.messageIds })) ?? status, to);
    } catch {
      // The message is out: a login must not fail because that was not noted. Its id comes with its receipt.
      await service.count("not-noted");
      return withNumber(status, to);
    }
  }
}

/** Objects of version 0.1 do not tell the number; they may answer for some minutes after an update. */
const withNumber = (status: ChallengeStatus, to: string): ChallengeStatus => ({
  ...status,
  to: `+${toCanonicalNumber(to)}`,
});

/** What goes into problems and errors, which hold no number. */
function withoutNumber({ to: _, ...challenge }: ChallengeStatus): ChallengeWithoutNumber {
  return challenge;
}

/** A sender that breaks its promise may have sent the message, for all that is known. */
function toSendError(error: unknown): SendError {
  if (isSendError(error)) return error;
  // A private key that is none shows when it is first used.
  const isKey = isConversionError(error) && error.code === "invalid_options";
  return new SendError(isKey ? "unauthorized" : "uncertain", "");
}

const EARLIER = {
  other: { failed: "idempotency_key_reused" },
  "under-way": { failed: "idempotency_key_in_use", retryAfter: UNDER_WAY_FOR_MS },
} as const satisfies Record<string, Failure>;

/** Gives the answer of an earlier call again. */
function repeat(found: Earlier): ChallengeStatus | Failure {
  if (found.earlier !== "done") return EARLIER[found.earlier];
  const { status, failed, retryAfter } = found.answer;
  if (failed === undefined) return status ?? NO_CHALLENGE;
  const reason = refusalOf(failed);
  // A later version stored a name that this one does not know. Nothing may be sent twice.
  if (reason === undefined) return EARLIER["under-way"];
  return {
    failed: reason,
    ...(retryAfter !== undefined && { retryAfter }),
    ...(reason === "send_uncertain" && status && { challenge: withoutNumber(status) }),
  };
}

export function toFailure({ reason, attemptsLeft, retryAfter }: Refusal): Failure {
  return { failed: reason, attemptsLeft, ...(retryAfter !== undefined && { retryAfter }) };
}

import * as v from "valibot";
import { baseUrlSchema } from "../../client/base-url.ts";
import type { Credentials } from "../../client/credentials.ts";
import { credentialsSchema } from "../../client/credentials-schema.ts";
import { ConversionError } from "../../client/errors.ts";
import { isGsmText } from "../../shared/gsm-alphabet.ts";
import { field, objectOf, required, validate } from "../../shared/validation.ts";
import type { Parameter } from "../../wire/parameters.ts";
import { createAccountForm } from "./account-form.ts";
import { addAutofill } from "./autofill.ts";
import { createPost } from "./post-code.ts";
import { type Registrations, registrationsSchema, toRegistration } from "./registrations.ts";
import { SendError } from "./send-error.ts";
import type { CodeMessage, CodeSender } from "./sender.ts";
import { REAL_CLOCK, type SenderClock } from "./sender-clock.ts";
import { type SharedSenderOptions, SMS_BASE_URL, senderEntries } from "./sender-options.ts";
import { pickSender, type SmsFrom, smsFromSchema } from "./sms-from.ts";
import { readSmsReply } from "./sms-reply.ts";
import { formatText, type TextTemplates, templatesSchema } from "./templates.ts";
import { measureTexts } from "./text-size.ts";
import { toMinutes } from "./texts.ts";

export interface SmsSenderOptions extends SharedSenderOptions {
  /**
   * The account that reports 2FA: its API key with its secret, or with its signature secret.
   *
   * @example
   * createSmsSender({ credentials: { apiKey, apiSecret }, from: "Acme" });
   *
   * @example
   * createSmsSender({ credentials: { apiKey, signatureSecret, signatureMethod: "sha256" }, from: "Acme" });
   */
  readonly credentials: Credentials;
  /**
   * The sender: a number of up to 15 digits, without + and leading zeros, or a name of up to 11 printable ASCII
   * characters. Some countries accept registered names only, others numbers only: set a sender for each of those.
   * Without a default, other countries get no texts: `send` rejects with `not_supported`.
   *
   * @example
   * createSmsSender({ credentials, from: "Acme" });
   *
   * @example
   * createSmsSender({ credentials, from: { default: "Acme", byCountry: { US: "12015550100", CA: "12015550100" } } });
   */
  readonly from: string | SmsFrom;
  /**
   * Texts of your own, by locale (`de`), country (`IN`) or both (`US:es`), in place of the built-in ones. Each holds
   * `{code}`, and may hold `{brand}` and `{minutes}`. A country's text has priority over a locale's.
   *
   * @example
   * createSmsSender({ credentials, from: "Acme", texts: { en: "{code} opens {brand} for {minutes} minutes." } });
   *
   * @example
   * // For Spanish speakers in the US.
   * createSmsSender({ credentials, from: "12015550100", texts: { "US:es": "{code}: tu código de {brand}." } });
   *
   * @default the built-in texts
   */
  readonly texts?: TextTemplates;
  /**
   * Registrations by ISO 3166 code, sent as `entity-id` and `content-id`. India requires both. Such a country needs an
   * entry in `texts`, because one text is registered.
   *
   * @example
   * createSmsSender({
   *   credentials,
   *   from: { byCountry: { IN: "ACMEIN" } },
   *   texts: { IN: "{code} is your {brand} code. Valid for {minutes} minutes." },
   *   registrations: { IN: { entityId: "1101456324675322134", contentId: "1107457532145798767" } },
   * });
   * @default none
   */
  readonly registrations?: Registrations;
  /**
   * The SMS API's base URL: https, or http to localhost. Change it for a regional host or for the sandbox.
   *
   * @default "https://rest.nexmo.com"
   *
   * @example
   * createSmsSender({ credentials, from: "Acme", baseUrl: "http://localhost:8788" });
   */
  readonly baseUrl?: string;
  /**
   * The URL for delivery receipts: https, or http to localhost.
   *
   * @default the URL in the account's settings
   *
   * @example
   * createSmsSender({ credentials, from: "Acme", callback: "https://conversions.shop.example/webhooks/dlr" });
   */
  readonly callback?: string;
}

const PATH = "/sms/json";

/** The limit of a long number of the US or Canada, the lowest of all. */
const TEXTS_PER_SECOND = 1;

/** The range of `ttl` in the SMS API, in milliseconds. */
const SHORTEST_TTL_MS = 20_000;
const LONGEST_TTL_MS = 604_800_000;

const optionsSchema = objectOf({
  ...senderEntries(SMS_BASE_URL),
  credentials: required(credentialsSchema),
  from: smsFromSchema,
  texts: v.optional(templatesSchema, {}),
  registrations: v.optional(registrationsSchema, {}),
  callback: v.optional(
    field<string>("an https URL (http only for localhost) of up to 500 characters", isCallback),
  ),
});

/** The options of a sender, complete. */
type Resolved = v.InferOutput<typeof optionsSchema>;

/**
 * Creates a sender of codes by text message (SMS API, `POST /sms/json`). Vonage tries to deliver the text for as long as
 * the code is valid.
 *
 * @example
 * const sender = createSmsSender({ credentials: { apiKey, apiSecret }, from: "Acme" });
 *
 * @throws {ConversionError} `invalid_options`, naming every field at fault.
 */
export function createSmsSender(options: SmsSenderOptions): CodeSender {
  return createSmsSenderOn(REAL_CLOCK, options);
}

/**
 * The same on another clock.
 *
 * @throws {ConversionError} `invalid_options`.
 */
export function createSmsSenderOn(clock: SenderClock, options: SmsSenderOptions): CodeSender {
  const resolved = validate(optionsSchema, options, "invalid_options");
  const { credentials, from, texts, registrations } = resolved;
  const unwritten = Object.keys(registrations).filter((country) => !Object.hasOwn(texts, country));
  if (unwritten.length > 0) {
    const faults = unwritten.map((country) => ({ field: `registrations.${country}`, rule: UNWRITTEN }));
    const list = faults.map(({ field, rule }) => `${field} ${rule}`).join("; ");
    throw new ConversionError("invalid_options", `invalid_options: ${list}`, { faults });
  }
  const post = createPost(resolved, readSmsReply, TEXTS_PER_SECOND, clock);
  const toForm = createAccountForm(PATH, credentials);
  return Object.freeze<CodeSender>({
    channel: "sms",
    reaches: ({ country }) => pickSender(from, country) !== undefined,
    measureTexts: (sample) => measureTexts(texts, sample),
    send: async (message) => {
      const sender = pickSender(from, message.country);
      if (sender === undefined) {
        throw new SendError("not_supported", `POST ${PATH}: not sent; this country has no sender in from`);
      }
      const parameters = toParameters(message, sender, resolved);
      return post(PATH, (now) => toForm(parameters, now), sender);
    },
  });
}

const UNWRITTEN = "needs an entry in texts, since one text is registered";

function toParameters(
  message: CodeMessage,
  from: string,
  { texts, registrations, callback }: Resolved,
): Parameter[] {
  const { to, country, code, brand, locale, clientRef, lifetime } = message;
  const values = { code, brand, minutes: toMinutes(lifetime) };
  const { text, contentId } = formatText(texts, country, locale, values);
  const body = addAutofill(text, code, message);
  const ttl = Math.min(Math.max(Math.round(lifetime * 1000), SHORTEST_TTL_MS), LONGEST_TTL_MS);
  const parameters: Parameter[] = [
    ["from", from],
    ["to", to],
    ["text", body],
    ["type", isGsmText(body) ? "text" : "unicode"],
    ["ttl", String(ttl)],
    ["client-ref", clientRef],
    ["status-report-req", "1"],
  ];
  if (callback !== undefined) parameters.push(["callback", callback]);
  return [...parameters, ...toRegistration(registrations, country, contentId)];
}

function isCallback(value: unknown): boolean {
  if (typeof value !== "string" || value.length > 500 || !URL.canParse(value)) return false;
  const { origin, username, password } = new URL(value);
  return !username && !password && v.is(baseUrlSchema, origin);
}

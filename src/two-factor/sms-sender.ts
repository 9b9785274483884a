import * as v from "valibot";
import type { Credentials } from "../credentials.ts";
import { isGsmText } from "../gsm-alphabet.ts";
import { baseUrlSchema, credentialsSchema } from "../options.ts";
import type { Parameter } from "../parameters.ts";
import { field, objectOf, required, validate } from "../validation.ts";
import { createAccountForm } from "./account-form.ts";
import { createAttempts } from "./attempts.ts";
import type { CodeMessage, CodeSender } from "./sender.ts";
import { senderIdSchema } from "./sender-id.ts";
import { type SharedSenderOptions, SMS_BASE_URL, senderEntries } from "./sender-options.ts";
import { readSmsReply } from "./sms-reply.ts";
import { formatCodeText, toMinutes } from "./texts.ts";

export interface SmsSenderOptions extends SharedSenderOptions {
  /** The account that reports 2FA: its API key with its secret, or with its signature secret. */
  readonly credentials: Credentials;
  /** Who sends: up to 15 digits, country code first and without +, or a name of up to 11 printable ASCII characters. */
  readonly from: string;
  /**
   * https, or http to localhost.
   *
   * @default "https://rest.nexmo.com"
   */
  readonly baseUrl?: string;
  /**
   * Where delivery receipts go; https, or http to localhost.
   *
   * @default what the account's settings say
   */
  readonly callback?: string;
}

const PATH = "/sms/json";

/** What the SMS API takes for `ttl`, in milliseconds. */
const SHORTEST_TTL_MS = 20_000;
const LONGEST_TTL_MS = 604_800_000;

const optionsSchema = objectOf({
  ...senderEntries(SMS_BASE_URL),
  credentials: required(credentialsSchema),
  from: required(senderIdSchema),
  callback: v.optional(
    field<string>("an https URL (http only for localhost) of up to 500 characters", isCallback),
  ),
});

/**
 * Makes a sender of codes by text message (SMS API, `POST /sms/json`). Vonage keeps trying as long as the code is
 * valid, and no longer.
 *
 * @example
 * const sender = createSmsSender({ credentials: { apiKey, apiSecret }, from: "Acme" });
 *
 * @throws {ConversionError} `invalid_options`, naming every field at fault.
 */
export function createSmsSender(options: SmsSenderOptions): CodeSender {
  const { credentials, from, callback, ...shared } = validate(optionsSchema, options, "invalid_options");
  const post = createAttempts(shared, readSmsReply);
  const toForm = createAccountForm(PATH, credentials);
  return Object.freeze({
    channel: "sms",
    send: (message: CodeMessage) => {
      const parameters = toParameters(message, from, callback);
      return post(PATH, (now) => toForm(parameters, now), from);
    },
  });
}

function toParameters(message: CodeMessage, from: string, callback: string | undefined): Parameter[] {
  const { to, code, brand, locale, clientRef, lifetime } = message;
  const body = formatCodeText(locale, { code, brand, minutes: toMinutes(lifetime) });
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
  return parameters;
}

function isCallback(value: unknown): boolean {
  if (typeof value !== "string" || value.length > 500 || !URL.canParse(value)) return false;
  const { origin, username, password } = new URL(value);
  return !username && !password && v.is(baseUrlSchema, origin);
}

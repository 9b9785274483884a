import type { Credentials } from "../../client/credentials.ts";
import { credentialsSchema } from "../../client/credentials-schema.ts";
import { objectOf, required, validate } from "../../shared/validation.ts";
import type { Parameter } from "../../wire/parameters.ts";
import { createAccountForm } from "./account-form.ts";
import { createPost } from "./post-code.ts";
import { SendError } from "./send-error.ts";
import type { CodeMessage, CodeSender } from "./sender.ts";
import { type SharedSenderOptions, SMS_BASE_URL, senderEntries } from "./sender-options.ts";
import { readSmsReply } from "./sms-reply.ts";

export interface ShortCodeSenderOptions extends SharedSenderOptions {
  /**
   * The account with the short code: its API key with its secret, or with its signature secret.
   *
   * @example
   * createShortCodeSender({ credentials: { apiKey, apiSecret } });
   *
   * @example
   * createShortCodeSender({ credentials: { apiKey, signatureSecret, signatureMethod: "sha256" } });
   */
  readonly credentials: Credentials;
  /**
   * The SMS API's base URL: https, or http to localhost. Change it for a regional host or for the sandbox.
   *
   * @default "https://rest.nexmo.com"
   *
   * @example
   * createShortCodeSender({ credentials, baseUrl: "http://localhost:8788" });
   */
  readonly baseUrl?: string;
}

const PATH = "/sc/us/2fa/json";

const optionsSchema = objectOf({
  ...senderEntries(SMS_BASE_URL),
  credentials: required(credentialsSchema),
});

/**
 * Creates a sender of codes from a US short code (`POST /sc/us/2fa/json`), for accounts with a dedicated one. Carriers
 * approved its text, so brand and locale have no effect. It reaches numbers in the US and Canada; for others `send`
 * rejects with `not_supported`, and nothing is sent.
 *
 * @example
 * const sender = createShortCodeSender({ credentials: { apiKey, apiSecret } });
 *
 * @throws {ConversionError} `invalid_options`, naming every field at fault.
 */
export function createShortCodeSender(options: ShortCodeSenderOptions): CodeSender {
  const { credentials, ...shared } = validate(optionsSchema, options, "invalid_options");
  const post = createPost(shared, readSmsReply);
  const toForm = createAccountForm(PATH, credentials);
  return Object.freeze({
    channel: "sms",
    reaches: isReached,
    send: async (message: CodeMessage) => {
      if (!isReached(message)) {
        throw new SendError(
          "not_supported",
          `POST ${PATH}: not sent; short codes reach only the US and Canada`,
        );
      }
      const parameters: Parameter[] = [
        ["to", message.to],
        ["pin", message.code],
        ["client-ref", message.clientRef],
      ];
      return post(PATH, (now) => toForm(parameters, now));
    },
  });
}

/** Some twenty Caribbean countries share the calling code 1. */
const isReached = ({ to, country }: Pick<CodeMessage, "to" | "country">) =>
  /^1\d{10}$/.test(to) && (country === undefined || country === "US" || country === "CA");

import type { Credentials } from "../../client/credentials.ts";
import { credentialsSchema } from "../../client/options.ts";
import { objectOf, required, validate } from "../../shared/validation.ts";
import type { Parameter } from "../../wire/parameters.ts";
import { createAccountForm } from "./account-form.ts";
import { createAttempts } from "./attempts.ts";
import { SendError } from "./send-error.ts";
import type { CodeMessage, CodeSender } from "./sender.ts";
import { type SharedSenderOptions, SMS_BASE_URL, senderEntries } from "./sender-options.ts";
import { readSmsReply } from "./sms-reply.ts";

export interface ShortCodeSenderOptions extends SharedSenderOptions {
  /** The account that has the short code: its API key with its secret, or with its signature secret. */
  readonly credentials: Credentials;
  /**
   * https, or http to localhost.
   *
   * @default "https://rest.nexmo.com"
   */
  readonly baseUrl?: string;
}

const PATH = "/sc/us/2fa/json";

const optionsSchema = objectOf({
  ...senderEntries(SMS_BASE_URL),
  credentials: required(credentialsSchema),
});

/**
 * Makes a sender of codes from a US short code (`POST /sc/us/2fa/json`), for accounts that have a dedicated one. The
 * text around the code is the one that the carriers approved for it, so brand and locale say nothing here. It reaches
 * numbers in the US and Canada only: for others `send` rejects with `not_supported`, and nothing is sent.
 *
 * @throws {ConversionError} `invalid_options`, naming every field at fault.
 */
export function createShortCodeSender(options: ShortCodeSenderOptions): CodeSender {
  const { credentials, ...shared } = validate(optionsSchema, options, "invalid_options");
  const post = createAttempts(shared, readSmsReply);
  const toForm = createAccountForm(PATH, credentials);
  return Object.freeze({
    channel: "sms",
    reaches: isReached,
    send: async (message: CodeMessage) => {
      if (!isReached(message)) {
        throw new SendError("not_supported", `POST ${PATH}: not sent; it reaches the US and Canada only`);
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

/** +1 is also the calling code of some twenty Caribbean countries. */
const isReached = ({ to, country }: Pick<CodeMessage, "to" | "country">) =>
  /^1\d{10}$/.test(to) && (country === undefined || country === "US" || country === "CA");

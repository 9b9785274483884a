// The options of the workflow and their rules.

import * as v from "valibot";
import { field, integer, objectOf, oneOf, required, text } from "../../../src/shared/validation.ts";
import { tokenSecretSchema } from "../../../src/token/token-secret.ts";
import { type CodeSecret, LONGEST_CODE, SHORTEST_CODE } from "../../../src/two-factor/challenge/code.ts";
import { DEFAULT_LIMITS, type Limits } from "../../../src/two-factor/challenge/limits.ts";
import { isCountry } from "../../../src/two-factor/numbers/country.ts";
import { NUMBER_TYPES } from "../../../src/two-factor/numbers/number-type.ts";
import { brandText } from "../../../src/two-factor/request-schemas.ts";
import type { CodeSender } from "../../../src/two-factor/senders/sender.ts";
import type { Channel } from "../../../src/wire/report.ts";
import { SIGNATURE_METHODS, type SignatureMethod } from "../../../src/wire/signature-method.ts";
import { countryListSchema } from "./country-list.ts";
import { DEFAULT_NUMBER_TYPES, type NumberTypes } from "./served-numbers.ts";

/** The authentication of Vonage's webhooks: by signature, or none with `unsigned`. */
export interface WebhookTrust {
  /** The account's signature secret. */
  readonly signatureSecret?: string | undefined;
  /**
   * The signature method in the account's settings.
   *
   * @default any of the five
   */
  readonly signatureMethod?: SignatureMethod | undefined;
  /** Accepts webhooks from anyone: for accounts whose webhooks Vonage does not sign. */
  readonly unsigned?: true | undefined;
}

export interface TwoFactorOptions {
  /** Secrets that hash codes. The first hashes, all verify. */
  readonly codeSecrets: readonly CodeSecret[];
  /** Senders by channel. */
  readonly senders: { readonly [C in Channel]?: CodeSender | undefined };
  /** The brand of requests that name none, as users know your service: 1 to 30 characters. */
  readonly brand: string;
  /**
   * Countries that get codes: ISO 3166 alpha-2 codes, `*` for every country, `001` for numbers without a country
   * (satellite phones and international networks). A `-` before an entry refuses it. SMS pumping uses countries that an
   * application never meant to serve, so there is no default.
   */
  readonly countries: readonly string[];
  /**
   * The types of numbers that get codes, by channel. If a plan does not distinguish mobile numbers from landlines, as
   * in North America, a number counts as both.
   *
   * @default { sms: ["mobile"], voice: ["mobile", "landline"] }
   */
  readonly numberTypes?: Partial<NumberTypes>;
  /**
   * The country of numbers without "+" in requests that name none: ISO 3166 alpha-2.
   *
   * @default none: digits alone begin with the country code
   */
  readonly defaultCountry?: string;
  /**
   * Digits of a code, 4 to 10.
   *
   * @default 6
   */
  readonly codeLength?: number;
  /**
   * Guesses that a challenge allows, 1 to 10.
   *
   * @default 5
   */
  readonly maxGuesses?: number;
  /**
   * Seconds for which a code is valid, 30 to 3600.
   *
   * @default 300
   */
  readonly lifetime?: number;
  /**
   * Seconds between a message and the next one, 5 to 600.
   *
   * @default 30
   */
  readonly cooldown?: number;
  /**
   * Most messages of one challenge, the first included: 1 to 10.
   *
   * @default 4
   */
  readonly maxMessages?: number;
  /**
   * Limits on sent messages.
   *
   * @default DEFAULT_LIMITS
   */
  readonly limits?: Partial<Limits>;
  /** @default webhooks are refused */
  readonly webhooks?: WebhookTrust | undefined;
}

const isSender = (value: unknown) => typeof (value as CodeSender | null)?.send === "function";
const sender = v.optional(field<CodeSender>("an object with send()", isSender));

const limitSchema = objectOf({
  messages: required(integer(1, 1_000_000)),
  // A part of a window must be at least a millisecond long. Counts are kept for a day.
  period: required(integer(1000, 86_400_000)),
});
const limit = (kind: "number" | "prefix" | "caller" | "total") =>
  v.optional(limitSchema, DEFAULT_LIMITS[kind]);

const numberTypes = (channel: Channel) =>
  v.optional(
    v.pipe(
      v.array(oneOf(NUMBER_TYPES), "must be a list of types of numbers"),
      v.check((list) => list.length > 0, "must name a type of numbers"),
    ),
    [...DEFAULT_NUMBER_TYPES[channel]],
  );

const secretText = text("1 to 200 characters, no control characters", /^\P{Cc}{1,200}$/u);

export const twoFactorSchema = objectOf({
  codeSecrets: required(
    v.pipe(
      v.array(tokenSecretSchema, "must be a list of code secrets"),
      v.check((list) => list.length > 0, "must hold at least one code secret"),
      v.check(
        (list) => new Set(list.map(({ kid }) => kid)).size === list.length,
        "must not hold a kid more than once",
      ),
    ),
  ),
  senders: required(objectOf({ sms: sender, voice: sender })),
  brand: required(brandText),
  countries: required(countryListSchema),
  numberTypes: v.optional(objectOf({ sms: numberTypes("sms"), voice: numberTypes("voice") }), {}),
  defaultCountry: v.optional(
    field<string>(
      "an ISO 3166 alpha-2 code such as GB",
      (value) => typeof value === "string" && isCountry(value),
    ),
  ),
  codeLength: v.optional(integer(SHORTEST_CODE, LONGEST_CODE), 6),
  maxGuesses: v.optional(integer(1, 10), 5),
  lifetime: v.optional(integer(30, 3600), 300),
  cooldown: v.optional(integer(5, 600), 30),
  maxMessages: v.optional(integer(1, 10), 4),
  limits: v.optional(
    objectOf({
      number: limit("number"),
      address: v.optional(limitSchema, DEFAULT_LIMITS.address),
      prefix: limit("prefix"),
      country: v.optional(limitSchema),
      caller: limit("caller"),
      total: limit("total"),
    }),
    {},
  ),
  webhooks: v.optional(
    v.pipe(
      objectOf({
        signatureSecret: v.optional(secretText),
        signatureMethod: v.optional(oneOf(SIGNATURE_METHODS)),
        unsigned: v.optional(field<true>("true, or absent", (value) => value === true)),
      }),
      v.check(
        ({ signatureSecret, signatureMethod, unsigned }) =>
          unsigned ? !signatureSecret && !signatureMethod : signatureSecret !== undefined,
        "must hold either signatureSecret (and signatureMethod), or unsigned",
      ),
    ),
  ),
});

/** The options, complete. */
export type TwoFactorConfig = v.InferOutput<typeof twoFactorSchema>;

// What callers of the workflow write, and its rules: the same for the client, over HTTP and by RPC.

import * as v from "valibot";
import { field, integer, objectOf, oneOf, required, text } from "../shared/validation.ts";
import { CHANNELS, type Channel } from "../wire/report.ts";
import { LONGEST_CODE, SHORTEST_CODE } from "./challenge/code.ts";
import { readTypedCode } from "./challenge/typed-code.ts";
import type { NotVerified } from "./refusal.ts";
import { androidAppHashText, originText } from "./senders/autofill.ts";
import { addressText } from "./user-address.ts";

/** A code that is asked for. */
export interface StartRequest {
  /**
   * The user's number, as it was typed. In E.164 with "+" it is understood everywhere; without "+" it is read as people
   * in `defaultCountry` dial it. Where there is no default country, digits alone begin with the country code.
   */
  readonly to: string;
  /**
   * The country that a number without "+" is written for: ISO 3166 alpha-2, such as `GB`.
   *
   * @default the Worker's TWO_FACTOR_DEFAULT_COUNTRY
   */
  readonly defaultCountry?: string;
  readonly channel: Channel;
  /**
   * Who asks for the code, as the user knows it: 1 to 30 characters.
   *
   * @default the Worker's TWO_FACTOR_BRAND
   */
  readonly brand?: string;
  /**
   * The user's language, a BCP 47 tag such as `de` or `pt-BR`.
   *
   * @default "en"
   */
  readonly locale?: string;
  /**
   * Your own reference: 1 to 40 letters, digits, `_`, `.`, `:` or `-`. It goes to Vonage as `client-ref`.
   *
   * @default the challenge's id
   */
  readonly clientRef?: string;
  /**
   * The end user's address, IPv4 or IPv6, for the limit by address: not your server's own, and not what a user could
   * write into a header. An IPv6 address counts as its /64. Only a keyed hash of it is kept.
   *
   * @default no limit by address
   */
  readonly ip?: string | undefined;
  /**
   * The https origin of the page that asks for the code, such as `https://shop.example`, without port and path. The
   * text then ends with the line `@shop.example #123456`, by which iOS and browsers (WebOTP) fill the code in on that
   * site and no other. Of no effect on calls.
   *
   * @default none
   */
  readonly origin?: string | undefined;
  /**
   * The hash of the Android app that reads the text with the SMS Retriever API: 11 characters. Of no effect on calls.
   *
   * @default none
   */
  readonly androidAppHash?: string;
  /**
   * Whether this code takes the place of earlier ones that you asked for, for the same number with the same proxy key:
   * once it is out they are answered `superseded`.
   *
   * @default false
   */
  readonly supersede?: boolean;
}

export interface LookRequest {
  /**
   * Seconds to wait for a `pending` challenge to end, 0 to 30: the answer comes as soon as it is verified (also by a
   * reply), expired, locked, cancelled or superseded, and after so many seconds at the latest.
   *
   * @default 0
   */
  readonly wait?: number;
}

export interface ResendRequest {
  /**
   * Another way than before, say a call where no text arrives.
   *
   * @default the last message's
   */
  readonly channel?: Channel;
  /**
   * The end user's address, as in `StartRequest`.
   *
   * @default the one of the start
   */
  readonly ip?: string | undefined;
}

export type CheckResult =
  | { readonly verified: true }
  | {
      readonly verified: false;
      readonly reason: NotVerified;
      /** How many codes may still be tried. */
      readonly attemptsLeft: number;
    };

/** Characters. */
export const LONGEST_BRAND = 30;

export const brandText = text(
  "1 to 30 characters, no control characters",
  /^(?=.*\S)[^\p{Cc}\p{Zl}\p{Zp}\p{Cs}]{1,30}$/u,
);

/** A query and a form hold text. */
const trueOrFalse = v.pipe(
  field<boolean | "true" | "false">("true or false", (value) => /^(true|false)$/.test(String(value))),
  v.transform((value) => String(value) === "true"),
);

/** The rules of a {@link StartRequest}. */
export const startSchema = objectOf({
  to: required(text("a phone number of 1 to 40 characters", /^.{1,40}$/su)),
  defaultCountry: v.optional(text("an ISO 3166 alpha-2 code such as GB", /^[A-Z]{2}$/)),
  channel: required(oneOf(CHANNELS)),
  brand: v.optional(brandText),
  locale: v.optional(
    text("a BCP 47 tag such as de or pt-BR", /^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8}){0,3}$/),
    "en",
  ),
  clientRef: v.optional(text("1 to 40 letters, digits, _, ., : or -", /^[\w.:-]{1,40}$/)),
  ip: v.optional(addressText),
  origin: v.optional(originText),
  androidAppHash: v.optional(androidAppHashText),
  supersede: v.optional(trueOrFalse),
});

/** The rules of a {@link ResendRequest}. */
export const resendSchema = objectOf({ channel: v.optional(oneOf(CHANNELS)), ip: v.optional(addressText) });

/** Longer than that, proxies and load balancers hang up. */
const LONGEST_WAIT_S = 30;

/** The rules of a {@link LookRequest}. */
export const lookSchema = objectOf({ wait: v.optional(integer(0, LONGEST_WAIT_S), 0) });

/** The rules of what is sent to be checked. */
export const checkSchema = objectOf({
  code: v.pipe(
    required(field<string>("a code of 4 to 10 digits", isCode)),
    v.transform((typed) => String(readTypedCode(typed))),
  ),
});

function isCode(value: unknown): boolean {
  const code = typeof value === "string" ? readTypedCode(value) : undefined;
  return code !== undefined && code.length >= SHORTEST_CODE && code.length <= LONGEST_CODE;
}

// The rules of the requests in request.ts, which are the same for the client, over HTTP and by RPC.

import * as v from "valibot";
import { field, integer, objectOf, oneOf, required, text } from "../shared/validation.ts";
import { CHANNELS } from "../wire/report.ts";
import { LONGEST_CODE, SHORTEST_CODE } from "./challenge/code.ts";
import { readTypedCode } from "./challenge/typed-code.ts";
import { androidAppHashText, originText } from "./senders/autofill.ts";
import { addressText } from "./user-address.ts";

/** In characters. */
export const LONGEST_BRAND = 30;

export const brandText = text(
  "1 to 30 characters, no control characters",
  /^(?=.*\S)[^\p{Cc}\p{Zl}\p{Zp}\p{Cs}]{1,30}$/u,
);

/** Queries and forms contain text only. */
const trueOrFalse = v.pipe(
  field<boolean | "true" | "false">("true or false", (value) => /^(true|false)$/.test(String(value))),
  v.transform((value) => String(value) === "true"),
);

/** The rules of a `StartRequest`. */
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

/** The rules of a `ResendRequest`. */
export const resendSchema = objectOf({ channel: v.optional(oneOf(CHANNELS)), ip: v.optional(addressText) });

/** Proxies and load balancers close connections that wait for longer. */
const LONGEST_WAIT_S = 30;

/** The rules of a `LookRequest`. */
export const lookSchema = objectOf({ wait: v.optional(integer(0, LONGEST_WAIT_S), 0) });

/** The rules of a check. */
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

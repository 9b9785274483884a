import * as v from "valibot";
import { objectOf, oneOf, required, text } from "../shared/validation.ts";
import { SIGNATURE_METHODS } from "../wire/signature-method.ts";
import type { Credentials } from "./credentials.ts";

// Control characters would break a header, and ":" ends the user name in Basic (RFC 7617).
const secret = text("1 to 200 characters, no control characters", /^\P{Cc}{1,200}$/u);

/** The rules of {@link Credentials}. */
export const credentialsSchema = v.pipe(
  objectOf({
    apiKey: required(text("1 to 200 characters, no colon, no control characters", /^[^\p{Cc}:]{1,200}$/u)),
    apiSecret: v.optional(secret),
    via: v.optional(oneOf(["basic", "basic-query", "query", "form"])),
    signatureSecret: v.optional(secret),
    signatureMethod: v.optional(oneOf(SIGNATURE_METHODS)),
  }),
  v.check(
    ({ apiSecret, signatureSecret, signatureMethod }) =>
      apiSecret
        ? !signatureSecret && !signatureMethod
        : signatureSecret !== undefined && signatureMethod !== undefined,
    "must hold either apiSecret (and via), or signatureSecret and signatureMethod",
  ),
  v.forward(
    v.check(
      ({ apiSecret, signatureSecret, via }) =>
        // The check above demands exactly one kind of secret; "query" fits both.
        !apiSecret === !signatureSecret || !via || via === "query" || (via === "form") === !apiSecret,
      "must be basic, basic-query or query beside apiSecret, form or query beside signatureSecret",
    ),
    ["via"],
  ),
  v.transform((credentials) => credentials as Credentials),
);

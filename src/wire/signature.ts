// Vonage's `sig` parameter, by the same rule in requests and webhooks.

import { equalInConstantTime } from "../shared/constant-time.ts";
import { toHex } from "../shared/hex.ts";
import { hmacHex } from "../shared/hmac.ts";
import type { Parameter, Parameters } from "./parameters.ts";
import { SIGNATURE_METHODS, type SignatureMethod } from "./signature-method.ts";

const WEB_CRYPTO_HASH = { sha1: "SHA-1", sha256: "SHA-256", sha512: "SHA-512" } as const;

/** The length of each method's digest, in bytes. */
const DIGEST_BYTES: Readonly<Record<SignatureMethod, number>> = {
  md5hash: 16,
  md5: 16,
  sha1: 20,
  sha256: 32,
  sha512: 64,
};

/**
 * Returns the signed form of a value: `_` for each `&` and `=`, and U+FFFD for a lone surrogate. A signature cannot tell
 * values with the same signed form apart, so replays must be recognised by that form.
 */
export function toSignedValue(value: string): string {
  return value.replace(/[&=]/g, "_").replace(/\p{Surrogate}/gu, "\ufffd");
}

/**
 * Returns the text to sign: every parameter except `sig` and `api_secret`, sorted by name, as `&name=value`, with each
 * value in its signed form and not URL-encoded.
 */
export function canonicalText(parameters: Iterable<Parameter>): string {
  return [...parameters]
    .filter(([name]) => name !== "sig" && name !== "api_secret")
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `&${name}=${toSignedValue(value)}`)
    .join("");
}

/**
 * Signs parameters as Vonage does. The two MD5 methods load `@noble/hashes` on first use, since WebCrypto lacks MD5.
 *
 * @param secret The account's signature secret, which differs from its API secret.
 * @returns Lower-case hex digits.
 */
export function signParameters(
  parameters: Iterable<Parameter>,
  secret: string,
  method: SignatureMethod,
): Promise<string> {
  return signText(canonicalText(parameters), secret, method);
}

async function signText(text: string, secret: string, method: SignatureMethod): Promise<string> {
  if (method === "md5hash" || method === "md5") {
    const { md5hash, hmacMd5 } = await import("./md5.ts");
    return toHex(method === "md5hash" ? md5hash(text + secret) : hmacMd5(text, secret));
  }
  return hmacHex(WEB_CRYPTO_HASH[method], secret, text);
}

/**
 * Verifies the `sig` among `parameters`, in constant time. It ignores the case of the digits, in which official SDKs
 * differ. It does not check the request's age: see `isFresh`.
 *
 * @param methods The methods to accept; by default all five, as far as the length of `sig` fits.
 * @param readings The sets of parameters that may have been signed; by default `parameters`. Keep them few: each costs a
 * signature.
 * @returns `false` if there is no `sig`, or if it does not match.
 */
export async function verifySignature(
  parameters: Parameters,
  secret: string,
  methods: readonly SignatureMethod[] = SIGNATURE_METHODS,
  readings: readonly Iterable<Parameter>[] = [parameters],
): Promise<boolean> {
  const given = parameters.get("sig")?.toLowerCase() ?? "";
  const texts = new Set(readings.map(canonicalText));
  let valid = false;
  for (const method of methods) {
    if (given.length !== DIGEST_BYTES[method] * 2) continue;
    for (const text of texts) {
      if (equalInConstantTime(given, await signText(text, secret, method))) valid = true;
    }
  }
  return valid;
}

/** Vonage's limit for the difference between a signed request's `timestamp` and now. */
const MAX_AGE_MS = 5 * 60_000;

/**
 * Tells whether a signed request is recent. A signed request always has a `timestamp`. If that is the report's own, not
 * the UNIX seconds that signing adds, the request's age is unknown, and it counts as recent.
 *
 * @param now Epoch milliseconds.
 */
export function isFresh(parameters: Parameters, now: number): boolean {
  const timestamp = parameters.get("timestamp");
  if (timestamp === undefined) return false;
  return !/^\d+$/.test(timestamp) || Math.abs(Number(timestamp) * 1000 - now) <= MAX_AGE_MS;
}

// Vonage's `sig` parameter, the rule shared by requests and webhooks.

import { equalInConstantTime } from "../shared/constant-time.ts";
import { toHex } from "../shared/hex.ts";
import { hmacHex } from "../shared/hmac.ts";
import type { Parameter, Parameters } from "./parameters.ts";
import { SIGNATURE_METHODS, type SignatureMethod } from "./signature-method.ts";

const WEB_CRYPTO_HASH = { sha1: "SHA-1", sha256: "SHA-256", sha512: "SHA-512" } as const;

/** Bytes of each method's digest; md5 and md5hash have the same. */
const DIGEST_BYTES: Readonly<Record<SignatureMethod, number>> = {
  md5hash: 16,
  md5: 16,
  sha1: 20,
  sha256: 32,
  sha512: 64,
};

/**
 * A value as it is signed: each `&` and `=` replaced by `_`, and half of a surrogate pair by what UTF-8 has for it.
 * Two values with the same signed form are one to a signature, so nobody may tell them apart to know a replay.
 */
export function toSignedValue(value: string): string {
  return value.replace(/[&=]/g, "_").replace(/\p{Surrogate}/gu, "\ufffd");
}

/**
 * The text that is signed: every parameter but `sig` and `api_secret`, sorted by name, as `&name=value`, each value
 * in its signed form. Values are not URL-encoded.
 */
export function canonicalText(parameters: Iterable<Parameter>): string {
  return [...parameters]
    .filter(([name]) => name !== "sig" && name !== "api_secret")
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `&${name}=${toSignedValue(value)}`)
    .join("");
}

/**
 * Signs parameters as Vonage does. The two MD5 methods load `@noble/hashes` when first used, since WebCrypto
 * has no MD5.
 *
 * @param secret The account's signature secret, which is not its API secret.
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
 * Checks the `sig` among `parameters`, in constant time and without regard to the case of its digits, since
 * official SDKs differ in it. Whether the request is fresh is for the caller to say: see `isFresh`.
 *
 * @param methods The methods to accept.
 * @default all five, told apart by the number of digits
 * @param readings All sets of parameters that may be the signed one. Keep them few: each costs a signature.
 * @default those that are given
 * @returns `false` also where there is no `sig`.
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

/** How far from now Vonage lets the `timestamp` of a signed request be. */
const MAX_AGE_MS = 5 * 60_000;

/**
 * Whether a signed request is recent. There is always a `timestamp`; where it is the report's own, rather than the
 * UNIX seconds that signing adds, it says nothing of the request's age, and is taken.
 *
 * @param now Epoch milliseconds.
 */
export function isFresh(parameters: Parameters, now: number): boolean {
  const timestamp = parameters.get("timestamp");
  if (timestamp === undefined) return false;
  return !/^\d+$/.test(timestamp) || Math.abs(Number(timestamp) * 1000 - now) <= MAX_AGE_MS;
}

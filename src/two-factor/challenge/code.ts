// One-time codes: made without bias, and kept as a keyed hash only.

import type { TokenSecret } from "../../token/token-secret.ts";
import { hashKeyed } from "./keyed-hash.ts";

/** What codes are hashed with, by name, so that it can be rotated: the first hashes, all verify. */
export type CodeSecret = TokenSecret;

/** A code as it is stored. */
export interface HashedCode {
  /** Which secret hashed it. */
  readonly kid: string;
  /** Lower-case hex digits of HMAC-SHA-256. */
  readonly hash: string;
}

export const SHORTEST_CODE = 4;
export const LONGEST_CODE = 10;

/** The largest multiple of 10 that a byte can hold: above it a remainder would favour the digits 0 to 5. */
const UNBIASED = 250;

/**
 * Makes a code of decimal digits, each as likely as any other.
 *
 * @param length How many digits.
 * @param fill Fills bytes with randomness fit for cryptography.
 */
export function generateCode(
  length: number,
  fill: (bytes: Uint8Array<ArrayBuffer>) => unknown = (bytes) => crypto.getRandomValues(bytes),
): string {
  const bytes = new Uint8Array(32);
  let code = "";
  while (code.length < length) {
    fill(bytes);
    for (const byte of bytes) if (byte < UNBIASED) code += byte % 10;
  }
  return code.slice(0, length);
}

/**
 * Hashes a code, keyed and bound to its challenge: what is stored tells nothing without the secret, and is of no use
 * for another challenge.
 */
export async function hashCode(
  { kid, secret }: CodeSecret,
  challengeId: string,
  code: string,
): Promise<HashedCode> {
  return { kid, hash: await hashKeyed({ secret }, `${challengeId}.${code}`) };
}

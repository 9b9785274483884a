// One-time codes: generated without bias, and stored as keyed hashes only.

import type { TokenSecret } from "../../token/token-secret.ts";
import { hashKeyed } from "./keyed-hash.ts";

/** A named secret that hashes codes. Several can be valid, so that they can be rotated: the first hashes, all verify. */
export type CodeSecret = TokenSecret;

/** A code as it is stored. */
export interface HashedCode {
  /** The name of the secret that hashed it. */
  readonly kid: string;
  /** Lower-case hex digits of HMAC-SHA-256. */
  readonly hash: string;
}

export const SHORTEST_CODE = 4;
export const LONGEST_CODE = 10;

/** The largest multiple of 10 that fits a byte. Larger bytes would favour the digits 0 to 5. */
const UNBIASED = 250;

/**
 * Generates a code of decimal digits, all equally likely.
 *
 * @param length The number of digits.
 * @param fill Fills bytes with cryptographically secure randomness.
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
 * Hashes a code for one challenge. Without the secret the hash reveals nothing, and it does not verify the code of
 * another challenge.
 */
export async function hashCode(
  { kid, secret }: CodeSecret,
  challengeId: string,
  code: string,
): Promise<HashedCode> {
  return { kid, hash: await hashKeyed({ secret }, `${challengeId}.${code}`) };
}

// `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): the caller's name for one request, so that repeating
// it does nothing twice.

import { text } from "../../shared/validation.ts";
import type { TokenSecret } from "../../token/token-secret.ts";
import { hashKeyed } from "./keyed-hash.ts";

export const KEY_RULE = '1 to 255 printable ASCII characters other than space, ", \\ and ,';

/** A key as it is written in code. No quotes, commas or backslashes: it must survive in a header. */
export const idempotencyKeyText = text(KEY_RULE, /^[!#-+\--[\]-~]{1,255}$/);

/**
 * Reads the header. The draft says a string of RFC 8941, in quotes; many clients leave them out, and mean the same.
 *
 * @returns The key; as it came, where it is none: the schema refuses it.
 */
export function readIdempotencyKey(header: string): string {
  return /^"([^"]*)"$/.exec(header)?.[1] ?? header;
}

/** What is kept of a key and of the request under it: neither can be read back, since a request may hold a code. */
export interface KeyedRequest {
  /** Names the key; of this caller alone. */
  readonly token: string;
  readonly fingerprint: string;
}

/**
 * Hashes a key and its request with every secret. The first is what is written; the others are looked for, so that a
 * repetition is known also after a rotation.
 *
 * @param scope Where the key names one request: the caller, and the challenge if there is one.
 * @param request Plain data; the order of its members does not count.
 */
export function hashRequest(
  secrets: readonly TokenSecret[],
  scope: readonly string[],
  key: string,
  request: Readonly<Record<string, unknown>>,
): Promise<KeyedRequest[]> {
  const members = Object.entries(request)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Promise.all(
    secrets.map(async (secret) => ({
      token: await hashKeyed(secret, `key.${JSON.stringify([...scope, key])}`),
      fingerprint: await hashKeyed(secret, `request.${JSON.stringify(members)}`),
    })),
  );
}

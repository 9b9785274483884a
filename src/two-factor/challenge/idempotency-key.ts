// `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): the caller's name for one request, so that repeating
// it does nothing twice.

import { text } from "../../shared/validation.ts";
import type { TokenSecret } from "../../token/token-secret.ts";
import { hashKeyed } from "./keyed-hash.ts";

export const KEY_RULE = '1 to 255 printable ASCII characters other than space, ", \\ and ,';

/** The rules of a key. It must survive in a header, so quotes, commas and backslashes are excluded. */
export const idempotencyKeyText = text(KEY_RULE, /^[!#-+\--[\]-~]{1,255}$/);

/**
 * Reads the header. The draft demands a string of RFC 8941, in quotes; many clients omit the quotes.
 *
 * @returns The key, still to be validated: a malformed header is returned unchanged.
 */
export function readIdempotencyKey(header: string): string {
  return /^"([^"]*)"$/.exec(header)?.[1] ?? header;
}

/** A key and its request as they are stored: hashed, since a request may contain a code. */
export interface KeyedRequest {
  /** Identifies the key of this caller. */
  readonly token: string;
  /** Identifies the request. */
  readonly fingerprint: string;
}

/**
 * Hashes a key and its request with every secret. The first hash is stored. The others find requests from before a
 * rotation of secrets.
 *
 * @param scope The caller, and the challenge if there is one: within it the key identifies one request.
 * @param request Plain data; the order of its members does not matter.
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

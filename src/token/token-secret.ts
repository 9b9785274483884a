// The secret and the audience of report tokens, shared by minting and verifying.

import * as v from "valibot";
import { objectOf, required, text } from "../shared/validation.ts";

/**
 * A named signing secret. Several can be valid at once, so that they can be rotated.
 *
 * @example
 * const secret = { kid: "2026-11", secret: env.TOKEN_SECRET };
 */
export interface TokenSecret {
  /** The secret's name, sent in the token's header: 1 to 40 letters, digits, `_` or `-`. */
  readonly kid: string;
  /** 32 to 200 characters, since HS256 requires at least 256 bits (RFC 7518, 3.2). The Worker has the same. */
  readonly secret: string;
}

/** The default audience of report tokens. */
export const DEFAULT_AUDIENCE = "vonage-conversion";

export const audienceSchema = v.optional(text("1 to 200 characters", /^\P{Cc}{1,200}$/u), DEFAULT_AUDIENCE);

export const tokenSecretSchema = objectOf({
  kid: required(text("1 to 40 letters, digits, _ or -", /^[\w-]{1,40}$/)),
  secret: required(text("32 to 200 characters, no control characters", /^\P{Cc}{32,200}$/u)),
});

const keys = new WeakMap<TokenSecret, { readonly secret: string; readonly key: CryptoKey }>();

/** The key that signs and verifies. It is imported once for each secret that is kept, as a server's settings are. */
export async function toSigningKey(from: TokenSecret): Promise<CryptoKey> {
  const { secret } = from;
  const known = keys.get(from);
  // The object may have been changed since.
  if (known?.secret === secret) return known.key;
  const bytes = new TextEncoder().encode(secret);
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign", "verify"]);
  keys.set(from, { secret, key });
  return key;
}

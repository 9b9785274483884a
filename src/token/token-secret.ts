// The secret and the audience of report tokens, shared by minting and verifying.

import * as v from "valibot";
import { objectOf, required, text } from "../shared/validation.ts";

/** A named signing secret. Several can be valid at once, so that they can be rotated. */
export interface TokenSecret {
  /** The secret's name, sent in the token's header: 1 to 40 letters, digits, `_` or `-`. */
  readonly kid: string;
  /** 32 to 200 characters, as HS256 requires at least 256 bits (RFC 7518, 3.2); the same as the Worker's. */
  readonly secret: string;
}

/** The default audience of report tokens. */
export const DEFAULT_AUDIENCE = "vonage-conversion";

export const audienceSchema = v.optional(text("1 to 200 characters", /^\P{Cc}{1,200}$/u), DEFAULT_AUDIENCE);

export const tokenSecretSchema = objectOf({
  kid: required(text("1 to 40 letters, digits, _ or -", /^[\w-]{1,40}$/)),
  secret: required(text("32 to 200 characters, no control characters", /^\P{Cc}{32,200}$/u)),
});

/** The key that signs and verifies. */
export const toSigningKey = (secret: string): Uint8Array => new TextEncoder().encode(secret);

// What report tokens are signed with and whom they are for, shared by those who mint and those who verify.

import { objectOf, required, text } from "../shared/validation.ts";

/** A signing secret by name, so that several can be valid while they are rotated. */
export interface TokenSecret {
  /** Its name, sent in the open as `kid`: 1 to 40 letters, digits, `_` or `-`. */
  readonly kid: string;
  /** At least 32 characters, as HS256 demands (RFC 7518, 3.2); the same that the Worker has. */
  readonly secret: string;
}

/** Whom tokens are for where nothing else is said. */
export const DEFAULT_AUDIENCE = "vonage-conversion";

export const tokenSecretSchema = objectOf({
  kid: required(text("1 to 40 letters, digits, _ or -", /^[\w-]{1,40}$/)),
  secret: required(text("32 to 200 characters, no control characters", /^\P{Cc}{32,200}$/u)),
});

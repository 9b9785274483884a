// Validation rules that several of the sandbox's settings share.

import { field, required, text } from "../shared/validation.ts";

/** `true` or `false`; for optional settings, wrap it in `v.optional`. */
export const flag = field<boolean>("true or false (a boolean)", (value) => typeof value === "boolean");

export const requiredFlag = required(flag);

export const requiredText = required(text("1 to 200 characters, no control characters", /^\P{Cc}{1,200}$/u));

/** Characters that a `Retry-After` header may hold. */
export const retryAfterText = text("up to 100 characters", /^[\x20-\x7e]{0,100}$/);

/** A whole number from 1 to `most`, or `null` for no limit. */
export const rateOrNull = (most: number) =>
  field<number | null>(
    `a whole number from 1 to ${most}, or null for no limit`,
    (value) =>
      value === null || (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most),
  );

// Text of every kind, for fast-check.

import * as fc from "fast-check";

/** Halves of surrogate pairs become U+FFFD, as in every URL and form. */
export const toWellFormed = (text: string) => Buffer.from(text).toString();

const anyUnit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));

export const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ unit: anyUnit, maxLength: 40 }),
  fc.string({ unit: fc.constantFrom(..."%&=+;:\"'{}[]\\/.0aé\0\n"), maxLength: 60 }),
  fc.string({ minLength: 100, maxLength: 300 }),
);

/** Names of unknown parameters. */
export const oddName = fc.constantFrom(
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "",
  " ",
  "message_id",
  "messageId",
  "MESSAGE-ID",
  "message-id ",
  "message-id[]",
  "client-ref",
  "\u0000",
  "x".repeat(3000),
);

// Parameters with a known verdict, for fast-check. Written from the documentation of the Conversion API, without the
// code under test.

import * as fc from "fast-check";
import { anyText, oddName } from "./odd-text.ts";
import { MESSAGE_ID } from "./proxy.ts";

export interface KnownParameter {
  readonly name: string;
  readonly text: string;
  /** `true` if a report may contain it. */
  readonly good: boolean;
  /** Its meaning, if it is valid and belongs to the report. */
  readonly meant: string | boolean | undefined;
}

const BAD = { good: false, meant: undefined };
const messageIdValue = fc
  .oneof(
    { weight: 6, arbitrary: fc.string({ unit: "binary", minLength: 1, maxLength: 40 }) },
    { weight: 2, arbitrary: fc.constantFrom(MESSAGE_ID, "a b", " a", "&=%+", "😀".repeat(128), "null") },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        "",
        " ",
        "\u00a0\ufeff",
        "a\0",
        "\u2028",
        "a\u0085",
        "x".repeat(129),
        "\ud800",
      ),
    },
  )
  .map((text) => {
    const points = [...text].map((character) => character.codePointAt(0) ?? 0);
    const allowed = (code: number) =>
      code > 31 &&
      !(code > 126 && code < 160) &&
      code !== 0x2028 &&
      code !== 0x2029 &&
      !(code > 0xd7ff && code < 0xe000);
    return { text, good: text.trim() !== "" && points.length <= 128 && points.every(allowed), meant: text };
  });
const deliveredValue = fc
  .oneof(
    { weight: 5, arbitrary: fc.constantFrom("true", "True", "TRUE", "tRue", "1", "false", "False", "0") },
    {
      weight: 1,
      arbitrary: fc.oneof(fc.constantFrom("yes", "", "2", "01", "true ", "null", "constructor"), anyText),
    },
  )
  .map((text) => ({
    text,
    good: ["true", "1", "false", "0"].includes(text.toLowerCase()),
    meant: ["true", "1"].includes(text.toLowerCase()),
  }));
const timestampValue = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(fc.integer({ min: 1_262_304_000, max: Math.floor(Date.now() / 1000) }), fc.boolean())
      .map(([instant, asSeconds]) => {
        const sent = new Date(instant * 1000).toISOString().replace("T", " ").slice(0, 19);
        return { text: asSeconds ? String(instant) : sent, good: true, meant: sent };
      }),
  },
  {
    weight: 1,
    arbitrary: fc
      .oneof(
        anyText.filter((text) => !/^\d{9,10}$/.test(text)),
        fc.constantFrom(
          "2026-02-30 00:00:00",
          "2009-12-31 23:59:59",
          "1262303999",
          "9999999999",
          "2999-01-01 00:00:00",
          "2026-01-01 24:00:00",
          "2026-01-01T00:00:00Z",
          "2026-01-01 00:00",
          "+2026-01-01 00:00:00",
          "0000-00-00 00:00:00",
          "１２６２３０４０００",
        ),
      )
      .map((text) => ({ text, ...BAD })),
  },
);
export const knownParameter: fc.Arbitrary<KnownParameter> = fc.oneof(
  { weight: 8, arbitrary: messageIdValue.map((value) => ({ name: "message-id", ...value })) },
  { weight: 8, arbitrary: deliveredValue.map((value) => ({ name: "delivered", ...value })) },
  { weight: 4, arbitrary: timestampValue.map((value) => ({ name: "timestamp", ...value })) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom("token", "api_key", "api_secret", "sig"), anyText)
      .map(([name, text]) => ({ name, text, good: true, meant: undefined })),
  },
  { weight: 1, arbitrary: fc.tuple(oddName, anyText).map(([name, text]) => ({ name, text, ...BAD })) },
);

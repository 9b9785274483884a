import { describe, expect, it } from "vitest";
import { equalInConstantTime } from "../../src/shared/constant-time.ts";

describe("a comparison in constant time", () => {
  it.each([
    ["secret", "secret", true],
    ["", "", true],
    ["ü号😀", "ü号😀", true],
    ["secreT", "secret", false],
    ["Secret", "secret", false],
    ["", "secret", false],
    ["s", "secret", false],
    ["secre", "secret", false],
    ["secrets", "secret", false],
    ["secret\0", "secret", false],
    ["secret", "", false],
    ["\0", "", false],
    ["u", "ü", false],
    ["é", "e\u0301", false],
  ])("of %j with %j says %s", (given, secret, equal) => {
    expect(equalInConstantTime(given, secret)).toBe(equal);
  });
});

import { describe, expect, it } from "vitest";
import { isTwoFactorError, TwoFactorError } from "../../../src/two-factor/client/errors.ts";

describe("an error", () => {
  it("has only the known fields", () => {
    const error = new TwoFactorError("number_limit", "too many codes", {
      status: 429,
      retryAfter: undefined,
    });
    expect(error).toMatchObject({
      name: "TwoFactorError",
      code: "number_limit",
      retryable: true,
      status: 429,
    });
    for (const unknown of ["retryAfter", "challenge"]) expect(error).not.toHaveProperty(unknown);
  });

  it("is logged with its message and all known fields", () => {
    const error = new TwoFactorError("number_limit", "too many codes", { status: 429, retryAfter: 17_000 });
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: "TwoFactorError",
      code: "number_limit",
      message: "number_limit: too many codes",
      retryable: true,
      status: 429,
      retryAfter: 17_000,
    });
  });
});

describe("an error of the workflow", () => {
  const brand = Symbol.for("vonage-conversion.two-factor-error");

  it("is recognised by its brand, even from another copy of the package", () => {
    expect(isTwoFactorError(new TwoFactorError("timeout", "no answer"))).toBe(true);
    expect(isTwoFactorError(Object.assign(new Error("x"), { [brand]: true }))).toBe(true);
  });

  it.each<[string, unknown]>([
    ["another error", new Error("x")],
    [
      "another error of that name",
      Object.assign(new Error("x"), { name: "TwoFactorError", code: "timeout" }),
    ],
    ["an object with the brand that is no error", { [brand]: true }],
    ["nothing", undefined],
    ["null", null],
    ["a text", "timeout"],
  ])("is not %s", (_, value) => {
    expect(isTwoFactorError(value)).toBe(false);
  });
});

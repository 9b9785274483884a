import { describe, expect, it } from "vitest";
import { PROBLEMS } from "../../adapters/http/problems.ts";
import { codeOf } from "../../src/two-factor/client/error-codes.ts";
import { isNotVerified, PROBLEM_OF, type RefusalReason, refusalOf } from "../../src/two-factor/refusal.ts";

const REASONS = Object.keys(PROBLEM_OF) as RefusalReason[];

describe("a refusal", () => {
  it("has its own problem, and is found by the problem's name", () => {
    for (const reason of REASONS) {
      expect(PROBLEMS).toHaveProperty(PROBLEM_OF[reason]);
      expect(refusalOf(PROBLEM_OF[reason])).toBe(reason);
    }
    expect(refusalOf("internal")).toBeUndefined();
    expect(refusalOf("constructor")).toBeUndefined();
  });

  it("has an error code, except a wrong code, which a check returns", () => {
    const unknown = REASONS.filter((reason) => codeOf(reason) === "unexpected_response");
    expect(unknown).toEqual(["wrong"]);
    expect(codeOf(undefined)).toBe("unexpected_response");
  });

  it("of a resend for a superseded challenge has its own error code", () => {
    expect(codeOf("superseded")).toBe("superseded");
  });

  it("of a check is one of six", () => {
    expect(REASONS.filter(isNotVerified)).toEqual([
      "wrong",
      "expired",
      "too_many_attempts",
      "superseded",
      "cancelled",
      "used",
    ]);
    expect(isNotVerified(undefined)).toBe(false);
  });
});

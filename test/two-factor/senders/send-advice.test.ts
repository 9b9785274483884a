import { describe, expect, it } from "vitest";
import { adviseOperator } from "../../../src/two-factor/senders/send-advice.ts";
import type { SendErrorCode } from "../../../src/two-factor/senders/send-error.ts";

describe("the advice for the operator", () => {
  it.each<[SendErrorCode, number | undefined]>([
    ["unauthorized", 4],
    ["unauthorized", undefined],
    ["account_refused", 9],
    ["unexpected_response", undefined],
    ["unexpected_response", 99],
    ["rejected", undefined],
    ["rejected", 2],
    ["rejected", 12],
    ["rejected", 23],
  ])("has level error for %s with status %s", (code, status) => {
    expect(adviseOperator(code, status)).toMatchObject({
      level: "error",
      hint: expect.stringMatching(/check|look/),
    });
  });

  it.each([3, 6, 15])("mentions status %i without level error, because one number can cause it", (status) => {
    expect(adviseOperator("rejected", status)).toMatchObject({
      level: "info",
      hint: expect.stringMatching(new RegExp(`^status ${status} .*SMS_FROM`)),
    });
  });

  it("has level error for status 22, with both of its meanings", () => {
    expect(adviseOperator("rejected", 22)).toMatchObject({
      level: "error",
      hint: expect.stringMatching(/Fraud Defender.*network code/),
    });
  });

  it.each<[SendErrorCode, number | undefined]>([
    ["throttled", 1],
    ["unavailable", 5],
    ["number_refused", 7],
    ["not_supported", undefined],
    ["uncertain", undefined],
  ])("has no advice for %s", (code, status) => {
    expect(adviseOperator(code, status)).toBeUndefined();
  });
});

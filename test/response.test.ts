import { describe, expect, it } from "vitest";
import { interpretResponse } from "../src/response.ts";

/** What each status means, written down from the contract and not from the code; all others are unexpected. */
const MEANINGS: Record<string, readonly (number | readonly [from: number, to: number])[]> = {
  recorded: [200],
  accepted: [202],
  rejected: [400, 413, 415, 420, 422, 423],
  unauthorized: [401, 403],
  not_enabled: [402],
  conflict: [409],
  rate_limited: [429],
  unavailable: [408, 425, [500, 599]],
};
const RETRYABLE = ["rate_limited", "unavailable"];

const meaningsOf = (status: number) =>
  Object.keys(MEANINGS).filter((meaning) =>
    MEANINGS[meaning]?.some((one) =>
      typeof one === "number" ? one === status : status >= one[0] && status <= one[1],
    ),
  );
const statuses = Array.from({ length: 500 }, (_, index) => index + 100);

describe("a status", () => {
  it("has exactly one meaning, for each from 100 to 599", () => {
    for (const status of statuses) {
      const outcome = interpretResponse(status);
      const [expected = "unexpected_response", ...others] = meaningsOf(status);
      expect(others).toEqual([]);
      expect([status, typeof outcome === "string" ? outcome : outcome[0]]).toEqual([status, expected]);
    }
  });

  it("may be tried again exactly when it says nothing of the report", () => {
    for (const status of statuses) {
      const outcome = interpretResponse(status);
      const [meaning = "unexpected_response"] = meaningsOf(status);
      expect([status, typeof outcome !== "string" && outcome[2] === true]).toEqual([
        status,
        RETRYABLE.includes(meaning),
      ]);
    }
  });

  it("comes with advice where it is a failure", () => {
    for (const outcome of statuses.map((status) => interpretResponse(status))) {
      if (typeof outcome !== "string") expect(outcome[1]).toMatch(/\w+ \w+/);
    }
  });

  it.each([0, 99, 600, 999, -1, Number.NaN])("that is no HTTP status (%d) is unexpected", (status) => {
    expect(interpretResponse(status)).toMatchObject(["unexpected_response", expect.any(String)]);
  });
});

describe("a body", () => {
  it.each([
    ['{"status":"duplicate"}', "duplicate"],
    ['{ "messageId": "x",\n "status" : "duplicate" }', "duplicate"],
    ['{"status":"recorded"}', "recorded"],
    ["", "recorded"],
    ["null", "recorded"],
    ["duplicate", "recorded"],
    ["<html>402 Bad Account Credentials</html>", "recorded"],
    ['{"status":"error"}', "recorded"],
  ])("%s of a 200 means %s", (body, meaning) => {
    expect(interpretResponse(200, body)).toBe(meaning);
  });

  it.each([202, 401, 409, 500])("says nothing beside status %d", (status) => {
    expect(interpretResponse(status, '{"status":"duplicate"}')).toEqual(interpretResponse(status));
  });
});

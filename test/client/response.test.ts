import { describe, expect, it } from "vitest";
import { interpretResponse } from "../../src/client/response.ts";

/** The meaning of each status, written from the contract and not from the code. All others are unexpected. */
const MEANINGS: Record<string, readonly (number | readonly [from: number, to: number])[]> = {
  recorded: [200],
  rejected: [400, 413, 415, 420, 422, 423],
  unauthorized: [401, 403],
  not_enabled: [402],
  conflict: [409],
  rate_limited: [429],
  unavailable: [408, 425, [500, 599]],
};
/** The Worker may also store a report first. */
const MEANINGS_OF_WORKER: typeof MEANINGS = { ...MEANINGS, accepted: [202] };
const RETRYABLE = ["rate_limited", "unavailable"];

const statuses = Array.from({ length: 500 }, (_, index) => index + 100);

describe.each([
  ["Vonage", false, MEANINGS],
  ["the Worker", true, MEANINGS_OF_WORKER],
])("a status from %s", (_, fromWorker, meanings) => {
  const meaningsOf = (status: number) =>
    Object.keys(meanings).filter((meaning) =>
      meanings[meaning]?.some((one) =>
        typeof one === "number" ? one === status : status >= one[0] && status <= one[1],
      ),
    );

  it("has exactly one meaning, for each from 100 to 599", () => {
    for (const status of statuses) {
      const outcome = interpretResponse(status, fromWorker);
      const [expected = "unexpected_response", ...others] = meaningsOf(status);
      expect(others).toEqual([]);
      expect([status, typeof outcome === "string" ? outcome : outcome[0]]).toEqual([status, expected]);
    }
  });

  it("is retryable only if it does not judge the report itself", () => {
    for (const status of statuses) {
      const outcome = interpretResponse(status, fromWorker);
      const [meaning = "unexpected_response"] = meaningsOf(status);
      expect([status, typeof outcome !== "string" && outcome[2] === true]).toEqual([
        status,
        RETRYABLE.includes(meaning),
      ]);
    }
  });

  it("has advice if it is a failure", () => {
    for (const outcome of statuses.map((status) => interpretResponse(status, fromWorker))) {
      if (typeof outcome !== "string") expect(outcome[1]).toMatch(/\w+ \w+/);
    }
  });

  it.each([0, 99, 600, 999, -1, Number.NaN])("outside HTTP (%d) is unexpected", (status) => {
    expect(interpretResponse(status, fromWorker)).toMatchObject(["unexpected_response", expect.any(String)]);
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
  ])("%s means %s with a 200 from the Worker, and recorded with one from Vonage", (body, meaning) => {
    expect(interpretResponse(200, true, body)).toBe(meaning);
    expect(interpretResponse(200, false, body)).toBe("recorded");
  });

  it.each([202, 401, 409, 500])("changes nothing with status %d", (status) => {
    for (const fromWorker of [true, false]) {
      const outcome = interpretResponse(status, fromWorker, '{"status":"duplicate"}');
      expect(outcome).toEqual(interpretResponse(status, fromWorker));
    }
  });
});

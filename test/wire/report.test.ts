import { describe, expect, it, vi } from "vitest";
import { type ConversionReport, createConversionClient } from "../../src/index.ts";
import { findFaults, validate } from "../../src/shared/validation.ts";
import { createReportSchema } from "../../src/wire/report.ts";
import { conversionErrorOf } from "../support/conversion-error.ts";
import { createRecordingFetch } from "../support/recording-fetch.ts";

const NOW = Date.UTC(2026, 5, 1, 12);
const schema = createReportSchema(() => NOW);
const report = (fields: object = {}) => ({ messageId: "0A0000000123ABCD1", delivered: true, ...fields });

const ID_RULE = "must be 1 to 128 characters, not blank, no control characters";
const DELIVERED_RULE = "must be true or false (a boolean)";
const TIMESTAMP_RULE = "must be a valid Date, epoch milliseconds or ISO 8601 with an offset";

describe("a report that breaks a rule", () => {
  it.each<[string, unknown, string, string]>([
    ["no message id", report({ messageId: undefined }), "messageId", `${ID_RULE}, got nothing`],
    ["null as message id", report({ messageId: null }), "messageId", `${ID_RULE}, got nothing`],
    [
      "an empty message id",
      report({ messageId: "" }),
      "messageId",
      `${ID_RULE}, got a string of 0 characters`,
    ],
    [
      "a blank message id",
      report({ messageId: " \u00a0" }),
      "messageId",
      `${ID_RULE}, got a string of 2 characters`,
    ],
    ["a dot", report({ messageId: "." }), "messageId", `${ID_RULE}, got a string of 1 characters`],
    ["two dots", report({ messageId: ".." }), "messageId", `${ID_RULE}, got a string of 2 characters`],
    [
      "129 characters",
      report({ messageId: "s".repeat(129) }),
      "messageId",
      `${ID_RULE}, got a string of 129 characters`,
    ],
    ["a NUL", report({ messageId: "s\0s" }), "messageId", `${ID_RULE}, got a string of 3 characters`],
    ["a line end", report({ messageId: "s\r\ns" }), "messageId", `${ID_RULE}, got a string of 4 characters`],
    [
      "a line end at the end",
      report({ messageId: "s\n" }),
      "messageId",
      `${ID_RULE}, got a string of 2 characters`,
    ],
    ["DEL", report({ messageId: "s\x7f" }), "messageId", `${ID_RULE}, got a string of 2 characters`],
    [
      "a C1 control character",
      report({ messageId: "s\x85" }),
      "messageId",
      `${ID_RULE}, got a string of 2 characters`,
    ],
    [
      "a line separator",
      report({ messageId: "s\u2028" }),
      "messageId",
      `${ID_RULE}, got a string of 2 characters`,
    ],
    [
      "a paragraph separator",
      report({ messageId: "s\u2029" }),
      "messageId",
      `${ID_RULE}, got a string of 2 characters`,
    ],
    [
      "a lone high surrogate",
      report({ messageId: "s\ud83d" }),
      "messageId",
      `${ID_RULE}, got a string of 2 characters`,
    ],
    [
      "a lone low surrogate",
      report({ messageId: "\ude00s" }),
      "messageId",
      `${ID_RULE}, got a string of 2 characters`,
    ],
    ["a number as message id", report({ messageId: 4711 }), "messageId", `${ID_RULE}, got number`],
    ["a list as message id", report({ messageId: ["s3cret"] }), "messageId", `${ID_RULE}, got object`],
    ["no delivered", report({ delivered: undefined }), "delivered", `${DELIVERED_RULE}, got nothing`],
    [
      "delivered yes",
      report({ delivered: "yes" }),
      "delivered",
      `${DELIVERED_RULE}, got a string of 3 characters`,
    ],
    [
      "delivered true in a string",
      report({ delivered: "true" }),
      "delivered",
      `${DELIVERED_RULE}, got a string of 4 characters`,
    ],
    ["delivered 1", report({ delivered: 1 }), "delivered", `${DELIVERED_RULE}, got number`],
    ["delivered null", report({ delivered: null }), "delivered", `${DELIVERED_RULE}, got nothing`],
    [
      "an invalid Date",
      report({ timestamp: new Date("s3cret") }),
      "timestamp",
      `${TIMESTAMP_RULE}, got object`,
    ],
    ["NaN", report({ timestamp: Number.NaN }), "timestamp", `${TIMESTAMP_RULE}, got number`],
    ["timestamp null", report({ timestamp: null }), "timestamp", `${TIMESTAMP_RULE}, got nothing`],
    [
      "no offset",
      report({ timestamp: "2026-06-01T12:00:00" }),
      "timestamp",
      `${TIMESTAMP_RULE}, got a string of 19 characters`,
    ],
    [
      "no such day",
      report({ timestamp: "2026-02-30T12:00:00Z" }),
      "timestamp",
      `${TIMESTAMP_RULE}, got a string of 20 characters`,
    ],
    [
      "seconds instead of milliseconds",
      report({ timestamp: NOW / 1000 }),
      "timestamp",
      "must be after 2010; milliseconds are taken, not seconds",
    ],
    [
      "a date before 2010",
      report({ timestamp: "2009-12-31T23:59:59Z" }),
      "timestamp",
      "must be after 2010; milliseconds are taken, not seconds",
    ],
    [
      "more than five minutes ahead",
      report({ timestamp: NOW + 301_000 }),
      "timestamp",
      "must be at most 5 minutes ahead of the clock here",
    ],
    ["an unknown field", report({ colour: "s3cret" }), "colour", "is not known here"],
    ["the wire's own name", report({ "message-id": "s3cret" }), "message-id", "is not known here"],
    ["a channel", report({ channel: "voice" }), "channel", "is not known here"],
    [
      "a string as report",
      "s3cret",
      "it",
      "must be an object of messageId, delivered, timestamp, got a string of 6 characters",
    ],
    ["null as report", null, "it", "must be an object of messageId, delivered, timestamp, got nothing"],
    [
      "undefined as report",
      undefined,
      "it",
      "must be an object of messageId, delivered, timestamp, got undefined",
    ],
    [
      "a function as report",
      () => {},
      "it",
      "must be an object of messageId, delivered, timestamp, got function",
    ],
  ])("is refused: %s", (_, given, field, fault) => {
    const [rule] = fault.split(", got ");
    expect(findFaults(schema, given)).toEqual({ faults: [{ field, fault, rule }] });
  });

  it("is refused with all unknown names in one fault", () => {
    const fault = "is not known here, nor is size, nor is message-id";
    expect(findFaults(schema, report({ colour: "s3cret", size: 1, "message-id": "x" }))).toEqual({
      faults: [{ field: "colour", fault, rule: fault }],
    });
  });

  it("is refused with every fault in one message", () => {
    expect(() =>
      validate(
        schema,
        { messageId: "", delivered: 1, timestamp: "yesterday", colour: "red" },
        "invalid_report",
      ),
    ).toThrow(
      expect.objectContaining({
        code: "invalid_report",
        message: expect.stringMatching(
          /^invalid_report: messageId must .*; delivered must .*; timestamp must .*; colour is not known here$/,
        ),
      }),
    );
  });

  it.each<[string, object]>([
    ["messageId", { messageId: "s3cret\n" }],
    ["messageId", { messageId: "s3cret".repeat(30) }],
    ["delivered", { delivered: "s3cret" }],
    ["timestamp", { timestamp: "s3cret" }],
    ["timestamp", { timestamp: 1_234_567 }],
    ["colour", { colour: "s3cret" }],
    ["colour", { colour: "s3cret", size: "s3cret" }],
  ])("is not sent, and its error names %s without the value: %j", async (field, given) => {
    const { fetch, sent } = createRecordingFetch(200);
    const client = createConversionClient({ credentials: { apiKey: "k", apiSecret: "s" }, fetch });
    for (const send of [client.sms, client.voice]) {
      const error = await conversionErrorOf(() => send(report(given) as ConversionReport));
      expect(error).toMatchObject({ code: "invalid_report", attempts: 0, retryable: false });
      expect(error.message).toContain(`${field} `);
      expect(`${error.stack}${JSON.stringify(error)}`).not.toMatch(/s3cret|1.?234.?567/);
    }
    expect(sent).toEqual([]);
  });
});

describe("a valid report", () => {
  it.each<[string, unknown, object]>([
    ["with no timestamp", report(), report()],
    ["with an undefined timestamp", report({ timestamp: undefined }), report({ timestamp: undefined })],
    ["with an id of one character", report({ messageId: "0" }), report({ messageId: "0" })],
    [
      "with an id of 128 characters",
      report({ messageId: "s".repeat(128) }),
      report({ messageId: "s".repeat(128) }),
    ],
    [
      "with an id with blanks around it, which are kept",
      report({ messageId: " a " }),
      report({ messageId: " a " }),
    ],
    ["with an id that begins with a dot", report({ messageId: ".a" }), report({ messageId: ".a" })],
    ["with an id that begins with two dots", report({ messageId: "..a" }), report({ messageId: "..a" })],
    ["with an id of three dots", report({ messageId: "..." }), report({ messageId: "..." })],
    ["with an id in another script", report({ messageId: "号😀" }), report({ messageId: "号😀" })],
    ["with delivered: false", report({ delivered: false }), report({ delivered: false })],
    ["with a Date", report({ timestamp: new Date(NOW + 999) }), report({ timestamp: NOW })],
    ["with epoch milliseconds", report({ timestamp: NOW - 1 }), report({ timestamp: NOW - 1000 })],
    [
      "with a string with an offset",
      report({ timestamp: "2026-06-01T14:00:00+02:00" }),
      report({ timestamp: NOW }),
    ],
    [
      "with a timestamp five minutes ahead",
      report({ timestamp: NOW + 300_000 }),
      report({ timestamp: NOW + 300_000 }),
    ],
    [
      "with the first second of 2010",
      report({ timestamp: "2010-01-01T00:00:00Z" }),
      report({ timestamp: Date.UTC(2010) }),
    ],
  ])("is accepted %s", (_, given, expected) => {
    expect(findFaults(schema, given)).toEqual({ output: expected });
  });

  it("is checked against the current time, not the time of the client's creation", async () => {
    vi.useFakeTimers({ now: NOW });
    try {
      const { fetch, sent } = createRecordingFetch(200);
      const { sms } = createConversionClient({ credentials: { apiKey: "k", apiSecret: "s" }, fetch });
      const tomorrow = report({ timestamp: NOW + 86_400_000 });
      expect(await conversionErrorOf(() => sms(tomorrow))).toMatchObject({ code: "invalid_report" });
      vi.setSystemTime(NOW + 86_400_000);
      expect(await sms(tomorrow)).toEqual({ status: "recorded", attempts: 1 });
      expect(sent).toHaveLength(1);
    } finally {
      vi.useRealTimers();
    }
  });
});

import { describe, expect, it } from "vitest";
import { parseRow, REPORT_STATES, type Row, toStored } from "../../src/ledger/row.ts";
import { CHANNELS, TRAFFICS } from "../../src/wire/report.ts";

/** As SQLite holds them, in the order in which they are written. */
const COLUMNS = [
  "channel",
  "message_id",
  "traffic",
  "state",
  "delivered",
  "occurred_at",
  "due",
  "since",
  "attempts",
  "reason",
  "successor",
  "facts",
];
const LAST_INSTANT = 8.64e15;

const REPORTED = {
  channel: "sms",
  message_id: "0A0000000123ABCD1",
  traffic: "2fa",
  state: "queued",
  delivered: 1,
  occurred_at: 1_780_315_200_000,
  due: 1_780_315_300_000,
  since: 1_780_315_200_500,
  attempts: 3,
  reason: "timeout",
  successor: null,
  facts: null,
};
const AWAITED = {
  ...REPORTED,
  state: "tracking",
  delivered: null,
  occurred_at: null,
  attempts: 0,
  reason: null,
};

const store = (row: Row) => Object.fromEntries(toStored(row).map((value, index) => [COLUMNS[index], value]));

describe("a stored row", () => {
  it("is read into the members of a row", () => {
    expect(parseRow(REPORTED)).toEqual({
      channel: "sms",
      messageId: "0A0000000123ABCD1",
      traffic: "2fa",
      state: "queued",
      delivered: true,
      occurredAt: 1_780_315_200_000,
      due: 1_780_315_300_000,
      since: 1_780_315_200_500,
      attempts: 3,
      reason: "timeout",
      successor: null,
    });
  });

  it("of a tracked message has no outcome yet", () => {
    expect(parseRow(AWAITED)).toMatchObject({ state: "tracking", delivered: null, occurredAt: null });
  });

  it("is read as it was written, whatever its values", () => {
    const reported = parseRow(REPORTED);
    if (reported === undefined) throw new Error("The test is amiss: its row is not read.");
    const rows: Row[] = [
      ...CHANNELS.map((channel) => ({ ...reported, channel })),
      ...TRAFFICS.map((traffic) => ({ ...reported, traffic })),
      ...REPORT_STATES.map((state) =>
        state === "tracking"
          ? { ...reported, state, delivered: null, occurredAt: null }
          : { ...reported, state, delivered: false },
      ),
      { ...reported, state: "sending", delivered: false, successor: 1_780_315_200_777 },
      { ...reported, reason: null },
      { ...reported, uncertain: true },
      { ...reported, state: "dead", reason: "rejected" },
      { ...reported, state: "dead", reason: "rejected", refusals: 2 },
      { ...reported, state: "dead", reason: "rejected", refusals: 31, uncertain: true },
      { ...reported, due: LAST_INSTANT, since: -LAST_INSTANT, occurredAt: 0 },
    ];
    for (const row of rows) expect(parseRow(store(row))).toStrictEqual(row);
  });
});

describe("a row that this version cannot read", () => {
  const INSTANTS = ["due", "since", "occurred_at", "successor"].flatMap((column) => [
    [column, "1780315200000"],
    [column, 1.5],
    [column, LAST_INSTANT + 1],
    [column, -LAST_INSTANT - 1],
    [column, Number.NaN],
    [column, undefined],
  ]);

  it.each<unknown[]>([
    ["channel", "fax"],
    ["channel", null],
    ["traffic", "2FA"],
    ["traffic", null],
    ["state", "lost"],
    ["state", null],
    // An awaited report has no outcome.
    ["state", "tracking"],
    ["message_id", ""],
    ["message_id", 4711],
    ["message_id", null],
    ["delivered", null],
    ["delivered", 2],
    ["delivered", true],
    ["delivered", "1"],
    ["occurred_at", null],
    ["due", null],
    ["since", null],
    ["attempts", null],
    ["attempts", "3"],
    ["attempts", 1.5],
    ["reason", 23],
    ["reason", undefined],
    ...INSTANTS,
  ])("is refused for a report with %s %j", (column, value) => {
    expect(parseRow({ ...REPORTED, [String(column)]: value })).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ["state", "queued"],
    ["delivered", 0],
    ["delivered", 1],
    ["delivered", undefined],
    ["occurred_at", 1_780_315_200_000],
    ["occurred_at", undefined],
  ])("is refused for a tracked message with %s %j", (column, value) => {
    expect(parseRow({ ...AWAITED, [column]: value })).toBeUndefined();
  });

  it.each(COLUMNS.filter((name) => name !== "facts"))("is refused without its %s", (column) => {
    const kept = Object.entries(REPORTED).filter(([name]) => name !== column);
    expect(parseRow(Object.fromEntries(kept))).toBeUndefined();
  });
});

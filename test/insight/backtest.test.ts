import { describe, expect, it } from "vitest";
import { backtest } from "../../src/insight/backtest.ts";
import { parseBacktest } from "../../src/insight/backtest-table.ts";

const DAY = 86_400_000;
const HOUR = 3_600_000;
const BEGIN = Date.UTC(2026, 0, 5);

describe("a table of past messages", () => {
  it("is read with its segment in one column or in four", () => {
    const one = parseBacktest("time,outcome,segment\n2026-01-05T10:00:00Z,true,2fa/sms/GB/23410\n");
    const four = parseBacktest(
      '\uFEFF"Country",network,channel,traffic,time,outcome,price,receipt\r\nGB,23410,sms,2fa,1767607200,true,,\r\n\r\n',
    );
    expect(one.messages).toEqual([
      {
        segment: { traffic: "2fa", channel: "sms", country: "GB", network: "23410" },
        delivered: true,
        facts: { country: "GB", network: "23410", sentAt: Date.UTC(2026, 0, 5, 10) },
      },
    ]);
    expect(four).toEqual(one);
  });

  it("may have receipts, prices and milliseconds, and no segment at all", () => {
    expect(
      parseBacktest("time,outcome,receipt,price\n1767607200123,false,delivered,0.0333").messages,
    ).toEqual([
      {
        segment: { traffic: "2fa", channel: "sms", country: "ZZ", network: "" },
        delivered: false,
        facts: { country: "ZZ", network: "", sentAt: 1767607200123, receipt: "delivered", price: 3_330_000 },
      },
    ]);
  });

  it.each([
    ["", "line 1: column time is missing"],
    ["time\n", "line 1: column outcome is missing"],
    ["time,outcome,colour\n", "line 1: columns are time, outcome, segment"],
    ["time,outcome\nyesterday,true", "line 2: time must be ISO 8601 with an offset, or epoch"],
    ["time,outcome\n1767607200,yes", "line 2: outcome must be true or false"],
    ["time,outcome\n1767607200", "line 2: outcome must be true or false"],
    ["time,outcome,segment\n1767607200,true,GB", "line 2: the segment must look like 2fa/sms/GB/23410"],
    ["time,outcome,country\n1767607200,true,UKK", "line 2: the segment must look like"],
    ["time,outcome,network\n1767607200,true,1", "line 2: the segment must look like"],
    ["time,outcome,channel\n1767607200,true,fax", "line 2: the segment must look like"],
    ["time,outcome,traffic\n1767607200,true,3fa", "line 2: the segment must look like"],
    [
      "time,outcome,receipt\n1767607200,true,lost",
      "line 2: receipt must be empty or one of delivered, failed",
    ],
    ["time,outcome,price\n1767607200,true,-0.03", "line 2: price must be empty or EUR from 0 to 100"],
    ["time,outcome,price\n1767607200,true,cheap", "line 2: price must be empty or EUR from 0 to 100"],
    [`time,outcome${"\n".repeat(1_000_001)}`, "the table has more than 1000000 rows"],
  ])("with a fault names it and its line: %#", (csv, fault) => {
    expect(parseBacktest(csv).faults?.[0]).toContain(fault);
  });

  it("names every fault, 20 at most", () => {
    const lines = Array.from({ length: 30 }, () => "never,maybe").join("\n");
    expect(parseBacktest(`time,outcome\n${lines}`).faults).toHaveLength(20);
  });
});

describe("a backtest", () => {
  /** Sixteen days of 12 messages every second hour to two networks; then one of them is down for 12 hours. */
  const rows = Array.from({ length: 18 * 12 * 12 }, (_, index) => {
    const at = BEGIN + Math.floor(index / 12) * 2 * HOUR + (index % 12) * 20_000;
    const isDown = at >= BEGIN + 16 * DAY && at < BEGIN + 16 * DAY + 12 * HOUR;
    return [
      `${new Date(at).toISOString()},${index % 7 !== 0 && !isDown},2fa/sms/GB/23410,${isDown ? "failed" : "delivered"}`,
      `${new Date(at + 1000).toISOString()},${index % 7 !== 1},2fa/sms/GB/23415,delivered`,
    ];
  }).flat();
  const csv = (lines: readonly string[]) => ["time,outcome,segment,receipt", ...lines].join("\n");
  const run = (lines: readonly string[]) => backtest(parseBacktest(csv(lines)).messages ?? []);

  it("raises the alarms that the rules would have raised, in whatever order the rows are", () => {
    const alarms = run(rows);
    expect(alarms).toMatchObject([
      { rule: "receipts-changed", segment: { country: "GB", network: "23410" } },
      { rule: "drop", cause: "outage", segment: { country: "GB", network: "23410" } },
    ]);
    const since = Date.parse(alarms[1]?.since ?? "");
    expect(since).toBeGreaterThanOrEqual(BEGIN + 16 * DAY - HOUR);
    expect(Date.parse(alarms[1]?.endedAt ?? "")).toBeGreaterThan(BEGIN + 16 * DAY + 12 * HOUR);
    expect(run([...rows.slice(0, 500)].reverse())).toEqual(run(rows.slice(0, 500)));
  });

  it("of no messages has no alarm", () => {
    expect(backtest([])).toEqual([]);
  });

  it("goes on for two hours after the last message, and skips long silences", () => {
    const flood = Array.from(
      { length: 60 },
      (_, index) =>
        `${new Date(BEGIN + 400 * DAY + index * 1000).toISOString()},false,2fa/sms/AZ/40001,delivered`,
    );
    const alarms = run([...rows.slice(0, 1000), ...flood]);
    const flooded = alarms.filter(
      ({ segment, severity }) => segment.country === "AZ" && severity === "critical",
    );
    expect(flooded).toMatchObject([{ rule: "pumping", cause: "pumping" }]);
    expect(alarms.filter(({ rule }) => rule === "pumping").every(({ endedAt }) => endedAt !== null)).toBe(
      true,
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Alarm, PartialSegment } from "../../src/insight/answer.ts";
import type { Cell } from "../../src/insight/cell.ts";
import { project } from "../../src/insight/project.ts";
import { DAY_MS, type InsightQuery, stepOf } from "../../src/insight/query.ts";
import { parseSegmentKey, type Segment, toSegment } from "../../src/insight/segment.ts";
import "../support/property-seed.ts";
import { cells as someCells } from "./arbitraries.ts";

const MIDNIGHT = Date.UTC(2026, 5, 15);
const HOUR = 3_600_000;
const QUERY: InsightQuery = {
  from: MIDNIGHT,
  to: MIDNIGHT + 6 * HOUR,
  by: ["country", "network"],
  filter: {},
};

const segment = (key: string): Segment => parseSegmentKey(key) ?? toSegment("2fa", "sms");

const cell = (key: string, cohort: number, converted: number, notConverted: number): Cell => ({
  cohort,
  segment: segment(key),
  counts: { sent: converted + notConverted, converted, notConverted },
});

const alarm = (about: PartialSegment, others: Partial<Alarm> = {}): Alarm => ({
  id: `drop:${JSON.stringify(about)}`,
  rule: "drop",
  severity: "critical",
  cause: "outage",
  segment: about,
  since: new Date(MIDNIGHT).toISOString(),
  endedAt: null,
  summary: "",
  nextStep: "",
  figures: {},
  paused: null,
  ...others,
});

const ask = (
  cells: readonly Cell[],
  query: Partial<InsightQuery> = {},
  history: readonly Cell[] = [],
  alarms: readonly Alarm[] = [],
) => project({ cells, history, alarms }, { ...QUERY, ...query });

describe("the answer", () => {
  const cells = [
    cell("2fa/sms/GB/23410", MIDNIGHT, 30, 10),
    cell("2fa/sms/GB/23410", MIDNIGHT + 300_000, 10, 10),
    cell("2fa/sms/GB/23415", MIDNIGHT, 90, 10),
    cell("2fa/voice/GB/23415", MIDNIGHT, 9, 1),
    cell("other/sms/DE/26201", MIDNIGHT, 3, 0),
  ];

  it("groups by the dimensions that are asked for, the worst score first", () => {
    const { groups, by, total } = ask(cells);
    expect(by).toEqual(["country", "network"]);
    expect(
      groups.map(({ segment, metrics }) => [segment, metrics.conversion.count, metrics.conversion.of]),
    ).toEqual([
      [{ country: "GB", network: "23410" }, 40, 60],
      [{ country: "DE", network: "26201" }, 3, 3],
      [{ country: "GB", network: "23415" }, 99, 110],
    ]);
    expect(total).toMatchObject({ sent: 173, converted: 142, notConverted: 31 });
    expect(ask(cells, { by: ["channel", "traffic"] }).groups.map(({ segment }) => segment)).toEqual(
      expect.arrayContaining([
        { traffic: "2fa", channel: "sms" },
        { traffic: "2fa", channel: "voice" },
        { traffic: "other", channel: "sms" },
      ]),
    );
    expect(ask(cells, { by: [] }).groups).toMatchObject([{ segment: {}, metrics: { sent: 173 } }]);
  });

  it("keeps to the filter and the period", () => {
    expect(ask(cells, { filter: { country: "GB", channel: "sms" } }).total.sent).toBe(160);
    expect(ask(cells, { from: MIDNIGHT + 300_000 }).total.sent).toBe(20);
    expect(ask(cells, { to: MIDNIGHT + 300_000 }).total.sent).toBe(153);
    expect(ask(cells, { filter: { country: "FR" } })).toMatchObject({
      groups: [],
      series: [],
      total: { sent: 0 },
    });
  });

  it("has a point for each step in which something was sent, of all and, if asked for, of each group", () => {
    const { series, step, groups } = ask(cells, { filter: { network: "23410" } });
    expect(step).toBe(300);
    expect(series).toEqual([
      {
        at: "2026-06-15T00:00:00.000Z",
        sent: 40,
        converted: 30,
        notConverted: 10,
        receiptsDelivered: 0,
        share: 0.75,
        low: 0.5981,
        high: 0.8581,
      },
      expect.objectContaining({ at: "2026-06-15T00:05:00.000Z", sent: 20, share: 0.5 }),
    ]);
    expect(groups[0]).not.toHaveProperty("series");
    expect(ask(cells, { filter: { network: "23410" }, series: true }).groups[0]?.series).toEqual(series);
  });

  it("withholds a point's share under 20 messages, and its interval only without any", () => {
    const pending = { cohort: MIDNIGHT, segment: segment("2fa/sms/FR/"), counts: { sent: 2 } };
    const { series } = ask([cell("2fa/sms/DE/26201", MIDNIGHT + HOUR, 3, 0), pending]);
    expect(series).toMatchObject([
      { sent: 2, share: null, low: null, high: null },
      { sent: 3, share: null, low: 0.4385, high: 1 },
    ]);
  });

  it("counts delivered receipts of messages with any outcome in a point", () => {
    const counts = {
      sent: 10,
      "receipt.delivered.converted": 1,
      "receipt.delivered.notConverted": 2,
      "receipt.delivered.superseded": 3,
      "receipt.delivered.cancelled": 4,
      "receipt.failed.notConverted": 5,
    };
    expect(ask([{ cohort: MIDNIGHT, segment: segment("2fa/sms/GB/"), counts }]).series).toMatchObject([
      { receiptsDelivered: 10 },
    ]);
  });

  it.each([
    [6 * HOUR, 300],
    [6 * HOUR + 1, 3600],
    [7 * DAY_MS, 3600],
    [7 * DAY_MS + 1, 86_400],
  ])("of %d ms has steps of %d seconds", (length, step) => {
    expect(stepOf({ from: 0, to: length })).toBe(step * 1000);
  });

  it("is the same whatever the order of the cells", () => {
    const many = fc.array(someCells, { maxLength: 20 });
    const query = { from: 0, to: Number.MAX_SAFE_INTEGER, series: true };
    fc.assert(
      fc.property(many, (cells) => {
        const period = { ...query, from: Date.UTC(2026, 0, 1), to: Date.UTC(2026, 6, 1) };
        const sorted = (answer: ReturnType<typeof ask>) =>
          answer.groups.map((group) => JSON.stringify(sortKeys(group))).sort();
        expect(sorted(ask([...cells].reverse(), period))).toEqual(sorted(ask(cells, period)));
      }),
    );
  });

  const sortKeys = (value: unknown): unknown =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value)
            .sort()
            .map(([key, one]) => [key, sortKeys(one)]),
        )
      : value;
});

describe("scores", () => {
  it("shrink towards the country, and the country towards everything", () => {
    const { groups } = ask([
      cell("2fa/sms/GB/23410", MIDNIGHT, 3, 0),
      cell("2fa/sms/GB/23415", MIDNIGHT, 500, 500),
      cell("2fa/sms/DE/26201", MIDNIGHT, 95, 5),
    ]);
    const scores = Object.fromEntries(groups.map(({ segment, score }) => [segment.network, score]));
    const everything = (598 + 16) / (1103 + 20);
    const britain = (503 + 20 * everything) / (1003 + 20);
    expect(scores["23410"]).toBeCloseTo((3 + 20 * britain) / 23, 4);
    expect(groups.map(({ segment }) => segment.network)).toEqual(["23415", "23410", "26201"]);
  });
});

describe("baselines", () => {
  const day = (index: number) => MIDNIGHT - index * DAY_MS;
  const days = (key: string, ...shares: readonly number[]) =>
    shares.map((share, index) => cell(key, day(index + 1), share * 100, 100 - share * 100));
  const now = [cell("2fa/sms/GB/23410", MIDNIGHT, 1, 1)];
  const baseline = (
    history: readonly Cell[],
    alarms: readonly Alarm[] = [],
    query: Partial<InsightQuery> = {},
  ) => ask(now, query, history, alarms).groups[0]?.baseline;

  it("are the median of the days", () => {
    expect(baseline(days("2fa/sms/GB/23410", 0.9, 0.1, 0.86))).toEqual({ share: 0.86, source: "own" });
    expect(baseline(days("2fa/sms/GB/23410", 0.9, 0.1, 0.86, 0.8))).toEqual({ share: 0.83, source: "own" });
  });

  it("need 200 messages on 3 days, else they are the country's, else everything's, else 80 %", () => {
    const britain = days("2fa/sms/GB/23415", 0.7, 0.7, 0.7);
    const germany = days("2fa/sms/DE/26201", 0.6, 0.6, 0.6);
    expect(baseline(days("2fa/sms/GB/23410", 0.9, 0.9))).toEqual({ share: 0.8, source: "default" });
    expect(baseline([...days("2fa/sms/GB/23410", 0.9, 0.9), ...britain])?.source).toBe("parent");
    expect(baseline(britain)).toEqual({ share: 0.7, source: "parent" });
    expect(baseline(germany)).toEqual({ share: 0.6, source: "parent" });
    const few = [1, 2, 3].map((index) => cell("2fa/sms/GB/23410", day(index), 50, 16));
    expect(baseline(few)?.source).toBe("default");
    expect(baseline([...few, cell("2fa/sms/GB/23410", day(4), 9, 10)])?.source).toBe("default");
    expect(baseline([...few, cell("2fa/sms/GB/23410", day(4), 10, 10)])?.source).toBe("own");
  });

  it("look at 14 days, and at what matches the filter", () => {
    const old = days("2fa/sms/GB/23410", 0.9, 0.9, 0.9).map((one) => ({
      ...one,
      cohort: one.cohort - 14 * DAY_MS,
    }));
    expect(baseline(old)?.source).toBe("default");
    const future = days("2fa/sms/GB/23410", 0.9, 0.9, 0.9).map((one) => ({
      ...one,
      cohort: one.cohort + 4 * DAY_MS,
    }));
    expect(baseline(future)?.source).toBe("default");
    expect(
      baseline(days("2fa/voice/GB/23410", 0.9, 0.9, 0.9), [], { filter: { channel: "sms" } })?.source,
    ).toBe("default");
  });

  it("leave out the days of alarms about conversion that contain the segment", () => {
    const history = days("2fa/sms/GB/23410", 0.2, 0.2, 0.9, 0.9, 0.9);
    expect(baseline(history)?.share).toBe(0.9);
    const bad = days("2fa/sms/GB/23410", 0.2, 0.2, 0.2, 0.9, 0.9, 0.9);
    const period = { since: new Date(day(3)).toISOString(), endedAt: new Date(day(1) + HOUR).toISOString() };
    expect(baseline(bad)?.share).toBe(0.55);
    expect(baseline(bad, [alarm({ country: "GB", network: "23410" }, period)])?.share).toBe(0.9);
    expect(baseline(bad, [alarm({ country: "GB" }, period)])?.share).toBe(0.9);
    expect(
      baseline(bad, [alarm({ traffic: "2fa", channel: "sms", country: "GB", network: "23410" }, period)])
        ?.share,
    ).toBe(0.9);
    expect(baseline(bad, [alarm({ country: "GB" }, { ...period, endedAt: null })])?.share).toBe(0.9);
    expect(baseline(bad, [alarm({ country: "GB" }, { ...period, rule: "spend" })])?.share).toBe(0.55);
    expect(baseline(bad, [alarm({ country: "DE" }, period)])?.share).toBe(0.55);
    const country = { by: ["country"] } as const;
    expect(baseline(bad, [alarm({ country: "GB", network: "23410" }, period)], country)?.share).toBe(0.55);
  });
});

describe("a group's alarms", () => {
  const cells = [cell("2fa/sms/GB/23410", MIDNIGHT, 3, 0), cell("2fa/sms/DE/26201", MIDNIGHT, 3, 0)];
  const network = alarm({ traffic: "2fa", channel: "sms", country: "GB", network: "23410" });
  const country = alarm({ traffic: "2fa", channel: "sms", country: "GB" });
  const everything = alarm({});
  const ended = alarm({ country: "GB" }, { id: "ended", endedAt: new Date(MIDNIGHT).toISOString() });
  const alarms = [network, country, everything, ended];
  const alarmsOf = (query: Partial<InsightQuery>, code: string) =>
    ask(cells, query, [], alarms).groups.find(
      ({ segment }) => (segment.country ?? segment.network ?? "") === code,
    )?.alarms;

  it("are the open ones of its country and network", () => {
    expect(alarmsOf({}, "GB")).toEqual([network.id, country.id]);
    expect(alarmsOf({}, "DE")).toEqual([]);
    expect(alarmsOf({ by: ["country"] }, "GB")).toEqual([network.id, country.id]);
    expect(alarmsOf({ by: ["network"] }, "23410")).toEqual([network.id]);
  });

  it("are all of them for a group without country and network", () => {
    expect(alarmsOf({ by: ["channel"] }, "")).toEqual([network.id, country.id, everything.id]);
  });
});

describe("too many groups", () => {
  it("merge the smallest ones into that of unknown countries and networks", () => {
    const many = Array.from({ length: 700 }, (_, index) =>
      cell(`2fa/sms/GB/${10_000 + index}`, MIDNIGHT, index + 1, 0),
    );
    const answer = ask([...many, cell("2fa/sms/ZZ/", MIDNIGHT, 1000, 0)], { series: true });
    expect(answer.groups).toHaveLength(496);
    expect(answer.folded).toBe(701 - 496);
    expect(answer.total.sent).toBe((700 * 701) / 2 + 1000);
    const sent = answer.groups.map(({ metrics }) => metrics.sent).reduce((a, b) => a + b);
    expect(sent).toBe(answer.total.sent);
    const unknown = answer.groups.find(({ segment }) => segment.country === "ZZ");
    expect(unknown?.metrics.sent).toBe(1000 + (205 * 206) / 2);
    expect(unknown?.series).toMatchObject([{ sent: unknown?.metrics.sent }]);
    const refused = { cohort: MIDNIGHT, segment: segment("2fa/sms/FR/20801"), counts: { "refused.9": 1 } };
    expect(ask([...many, refused], { by: ["network"] }).groups).toHaveLength(497);
  });
});

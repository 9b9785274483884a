import { describe, expect, it } from "vitest";
import type { Alarm } from "../../src/insight/answer.ts";
import {
  decidePauses,
  findPauseEnd,
  type PauseSettings,
  type Pauses,
  withPauses,
} from "../../src/insight/pause.ts";
import { toSegment } from "../../src/insight/segment.ts";

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 5, 1, 12);
const ON: PauseSettings = { mode: "pumping", never: [] };
const GB = { traffic: "2fa", channel: "sms", country: "GB" } as const;
const NETWORK = { ...GB, network: "23410" };

const alarm = (others: Partial<Alarm> = {}): Alarm => ({
  id: "pumping:2fa/sms/GB:1",
  rule: "pumping",
  severity: "critical",
  cause: "pumping",
  segment: GB,
  since: new Date(NOW).toISOString(),
  endedAt: null,
  summary: "",
  nextStep: "",
  figures: {},
  paused: null,
  ...others,
});

const isPaused = (...args: Parameters<typeof findPauseEnd>) => findPauseEnd(...args) !== undefined;

const hoursOf = (pauses: Pauses) => Object.values(pauses).map(({ from, until }) => (until - from) / HOUR);

describe("a pause", () => {
  it("is off by default, and refuses all but a sample of a segment's messages where it is on", () => {
    expect(decidePauses({}, [alarm()], { ...ON, mode: "off" }, NOW)).toEqual({});
    const pauses = decidePauses({}, [alarm()], ON, NOW);
    const segment = toSegment("2fa", "sms", "GB", "23410");
    expect(isPaused(pauses, segment, NOW, 0.5)).toBe(true);
    expect(isPaused(pauses, segment, NOW, 0.05)).toBe(true);
    expect(isPaused(pauses, segment, NOW, 0.049)).toBe(false);
    expect(isPaused(pauses, segment, NOW + HOUR, 0.5)).toBe(false);
    expect(isPaused(pauses, toSegment("2fa", "sms", "DE"), NOW, 0.5)).toBe(false);
    expect(isPaused(pauses, toSegment("2fa", "voice", "GB"), NOW, 0.5)).toBe(false);
  });

  it("lasts an hour, then twice as long each time, 12 hours at most, and is never for good", () => {
    let pauses: Pauses = {};
    const lengths: number[] = [];
    let now = NOW;
    for (let times = 0; times < 6; times++) {
      pauses = decidePauses(pauses, [alarm()], ON, now);
      lengths.push(...hoursOf(pauses));
      expect(decidePauses(pauses, [alarm()], ON, now + 1)).toEqual(pauses);
      now = Object.values(pauses)[0]?.until ?? 0;
    }
    expect(lengths).toEqual([1, 2, 4, 8, 12, 12]);
    const remembered = decidePauses(pauses, [], ON, now + 23 * HOUR);
    expect(hoursOf(remembered)).toEqual([12]);
    expect(isPaused(remembered, toSegment("2fa", "sms", "GB"), now + 23 * HOUR, 0.5)).toBe(false);
    const later = decidePauses(pauses, [alarm()], ON, now + 24 * HOUR);
    expect(hoursOf(later)).toEqual([1]);
  });

  it.each([
    ["another cause", { cause: "outage" }],
    ["a warning", { severity: "warning" }],
    ["an alarm that has ended", { endedAt: new Date(NOW).toISOString() }],
    ["everything at once", { segment: {} }],
  ] as const)("is not for %s", (_, others) => {
    expect(decidePauses({}, [alarm(others)], ON, NOW)).toEqual({});
  });

  it("is never for a country or network that is allowed, and ends when it becomes so", () => {
    expect(decidePauses({}, [alarm()], { ...ON, never: ["GB"] }, NOW)).toEqual({});
    expect(decidePauses({}, [alarm({ segment: NETWORK })], { ...ON, never: ["23410"] }, NOW)).toEqual({});
    const pauses = decidePauses({}, [alarm()], ON, NOW);
    expect(decidePauses(pauses, [], { ...ON, never: ["GB"] }, NOW)).toEqual({});
    expect(decidePauses(pauses, [], { ...ON, mode: "off" }, NOW)).toEqual({});
    expect(decidePauses(pauses, [], ON, NOW - 1)).toEqual({});
  });

  it("of a network that gets most of its country's messages is for the country", () => {
    const most = alarm({ segment: NETWORK, figures: { shareOfCountry: 0.5 } });
    const pauses = decidePauses({}, [most], ON, NOW);
    expect(isPaused(pauses, toSegment("2fa", "sms", "GB"), NOW, 0.5)).toBe(true);
    expect(withPauses([most], pauses, NOW)[0]?.paused).toEqual({ until: new Date(NOW + HOUR).toISOString() });
    const few = decidePauses({}, [alarm({ segment: NETWORK, figures: { shareOfCountry: 0.4 } })], ON, NOW);
    expect(isPaused(few, toSegment("2fa", "sms", "GB"), NOW, 0.5)).toBe(false);
    expect(isPaused(few, toSegment("2fa", "sms", "GB", "23410"), NOW, 0.5)).toBe(true);
    expect(Object.keys(decidePauses({}, [alarm({ segment: NETWORK })], ON, NOW))).toEqual([
      "2fa/sms/GB/23410",
    ]);
  });

  it("ends with the last one that holds for a segment", () => {
    const first = decidePauses({}, [alarm()], ON, NOW);
    const both = decidePauses(first, [alarm({ segment: NETWORK })], ON, NOW + 1);
    const ends = ["23410", ""].map((network) =>
      findPauseEnd(both, toSegment("2fa", "sms", "GB", network), NOW + 1, 0.5),
    );
    expect(ends).toEqual([NOW + 1 + HOUR, NOW + HOUR]);
    expect(findPauseEnd(both, toSegment("2fa", "sms", "DE"), NOW + 1, 0.5)).toBeUndefined();
  });

  it("is shown with its alarm while both last", () => {
    const pauses = decidePauses({}, [alarm()], ON, NOW);
    const until = new Date(NOW + HOUR).toISOString();
    expect(withPauses([alarm()], pauses, NOW)[0]?.paused).toEqual({ until });
    expect(withPauses([alarm()], pauses, NOW + HOUR)[0]?.paused).toBeNull();
    expect(withPauses([alarm({ endedAt: until })], pauses, NOW)[0]?.paused).toBeNull();
    expect(withPauses([alarm({ cause: "outage" })], pauses, NOW)[0]?.paused).toBeNull();
    expect(withPauses([alarm()], {}, NOW)[0]?.paused).toBeNull();
  });

  it("is one of 500 at most", () => {
    const many = Array.from({ length: 600 }, (_, index) =>
      alarm({ segment: { ...GB, network: String(10_000 + index) } }),
    );
    const pauses = decidePauses({}, many, ON, NOW);
    expect(Object.keys(pauses)).toHaveLength(500);
    expect(hoursOf(decidePauses(pauses, many, ON, NOW + HOUR)).every((hours) => hours === 2)).toBe(true);
  });
});

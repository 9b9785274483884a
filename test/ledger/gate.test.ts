import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ConversionErrorCode } from "../../src/client/errors.ts";
import {
  afterAttempt,
  FASTEST_PER_SECOND,
  type Gate,
  heldBackBy,
  isWideOpen,
  OPEN_GATE,
  opensAt,
  parseGate,
  withProbeSent,
} from "../../src/ledger/gate.ts";
import type { Ended } from "../../src/ledger/machine.ts";
import "../support/property-seed.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const NOW = Date.UTC(2026, 5, 1, 12);
const LONGEST_ATTEMPT = 25 * SECOND;
const ALMOST_ONE = 1 - Number.EPSILON / 2;

const OK: Ended = { code: null };
const FAILED: Ended = { code: "unavailable" };
const tooMany = (retryAfter?: number): Ended => ({ code: "rate_limited", retryAfter });

/** An attempt that was begun while the gate was as it is. */
const hear = (gate: Gate, ended: Ended, now = NOW, random = 0.5) =>
  afterAttempt(gate, ended, gate.closedBy !== null, now, random);
/** One that was begun before the gate closed. */
const hearLate = (gate: Gate, ended: Ended, now = NOW) => afterAttempt(gate, ended, false, now, 0.5);
const hearAll = (ends: readonly Ended[], now = NOW, from = OPEN_GATE) =>
  ends.reduce((gate, ended) => hear(gate, ended, now), from);

const CLOSED_BY_OUTAGE = hearAll([FAILED, FAILED, FAILED]);
const CLOSED_BY_401 = hear(OPEN_GATE, { code: "unauthorized" });
const CLOSED_BY_402 = hear(OPEN_GATE, { code: "not_enabled" });
const SLOWED = hear(OPEN_GATE, tooMany());

/** What is neither an answer to the report nor to the key. */
const FAILURES: readonly ConversionErrorCode[] = [
  "unavailable",
  "timeout",
  "network",
  "unexpected_response",
  "aborted",
  "conflict",
  "invalid_options",
  "invalid_report",
];

describe("a gate that is open", () => {
  it("lets everything go at once, as fast as it comes", () => {
    expect(isWideOpen(OPEN_GATE)).toBe(true);
    expect(opensAt(OPEN_GATE, NOW)).toBe(NOW);
    expect(OPEN_GATE.perSecond).toBe(FASTEST_PER_SECOND);
  });

  it("stays the very same one while all is well", () => {
    expect(hear(OPEN_GATE, OK)).toBe(OPEN_GATE);
    expect(hear(OPEN_GATE, { code: "rejected" })).toBe(OPEN_GATE);
    const stored = parseGate(JSON.stringify(OPEN_GATE)) ?? SLOWED;
    expect(hear(stored, OK)).toBe(stored);
  });

  it.each(FAILURES)("closes after three failures in a row (%s), not before", (code) => {
    const gates = [1, 2, 3].map((count) => hearAll(Array.from({ length: count }, () => ({ code }))));
    expect(gates.map(({ closedBy }) => closedBy)).toEqual([null, null, "outage"]);
    expect(gates.map(isWideOpen)).toEqual([true, true, false]);
    expect(gates[2]?.since).toBe(NOW);
  });

  it.each<[string, Ended]>([
    ["a success", OK],
    ["a refusal of one report's parameters", { code: "rejected" }],
    ["a 429", tooMany()],
  ])("starts to count anew after %s", (_, answered) => {
    const twice = hearAll([FAILED, FAILED, answered, FAILED, FAILED]);
    expect(twice.closedBy).toBeNull();
    expect(hear(twice, FAILED).closedBy).toBe("outage");
  });

  it.each(["unauthorized", "not_enabled"] as const)("is closed by one %s", (code) => {
    const gate = hear(OPEN_GATE, { code });
    expect(gate).toMatchObject({ closedBy: code, since: NOW, probes: 0 });
    expect(isWideOpen(gate)).toBe(false);
  });
});

describe("a gate that is closed", () => {
  it.each([
    ["outage", CLOSED_BY_OUTAGE, FAILED, SECOND, 30 * SECOND],
    ["outage", CLOSED_BY_OUTAGE, { code: "timeout" }, SECOND, 30 * SECOND],
    ["unauthorized", CLOSED_BY_401, { code: "unauthorized" }, 5 * SECOND, 5 * MINUTE],
    ["unauthorized", CLOSED_BY_401, FAILED, 5 * SECOND, 5 * MINUTE],
    ["not_enabled", CLOSED_BY_402, { code: "not_enabled" }, 5 * SECOND, 5 * MINUTE],
    ["not_enabled", CLOSED_BY_402, tooMany(), 5 * SECOND, 5 * MINUTE],
  ] as const)("by %s backs off, probe by probe, up to a cap", (closedBy, closed, ended, first, longest) => {
    let gate: Gate = closed;
    let now = NOW;
    for (let probes = 0; probes < 1100; probes++) {
      const wait = Math.min(first * 2 ** probes, longest);
      expect(opensAt(gate, now)).toBe(now + Math.round(wait * 0.75));
      expect(gate).toMatchObject({ closedBy, since: NOW, probes });
      now = opensAt(gate, now);
      gate = withProbeSent(gate, now, LONGEST_ATTEMPT);
      now += 200;
      gate = hear(gate, ended, now);
    }
  });

  it.each([
    [0, 0.5],
    [0.5, 0.75],
    [ALMOST_ONE, 1],
  ])("waits half of the time for sure and half by chance (dice %d: %d of it)", (random, share) => {
    expect(hear(CLOSED_BY_OUTAGE, FAILED, NOW, random).probeAt).toBe(NOW + share * SECOND);
    expect(hear(CLOSED_BY_401, { code: "unauthorized" }, NOW, random).probeAt).toBe(NOW + share * 5 * SECOND);
  });

  it("lets one probe through at a time, and the next when that must be over", () => {
    const opens = opensAt(CLOSED_BY_OUTAGE, NOW);
    const probed = withProbeSent(CLOSED_BY_OUTAGE, opens, LONGEST_ATTEMPT);
    expect(opensAt(probed, opens)).toBe(opens + LONGEST_ATTEMPT);
    expect(probed).toEqual({ ...CLOSED_BY_OUTAGE, probes: 1, probeAt: opens + LONGEST_ATTEMPT });
  });

  it.each([
    ["outage", CLOSED_BY_OUTAGE],
    ["unauthorized", CLOSED_BY_401],
    ["not_enabled", CLOSED_BY_402],
  ] as const)("by %s opens with the first success, at a careful pace", (_, closed) => {
    for (const ended of [OK, { code: "rejected" }] as const) {
      for (const isProbe of [true, false]) {
        const gate = afterAttempt(closed, ended, isProbe, NOW + 9000, 0.5);
        expect(gate).toMatchObject({ closedBy: null, since: NOW + 9000, failures: 0, perSecond: 5 });
        expect(isWideOpen(gate)).toBe(false);
        expect(opensAt(gate, NOW + 9000)).toBe(NOW + 9000);
      }
    }
  });

  it.each([
    ["outage", CLOSED_BY_OUTAGE],
    ["unauthorized", CLOSED_BY_401],
    ["not_enabled", CLOSED_BY_402],
  ] as const)("by %s is not changed by failures of what was begun before", (_, closed) => {
    for (const code of FAILURES) expect(hearLate(closed, { code }, NOW + 500)).toBe(closed);
  });

  it.each([
    ["unauthorized", CLOSED_BY_401],
    ["not_enabled", CLOSED_BY_402],
  ] as const)(
    "by %s is not changed by more of the same, nor by a 429, of what was begun before",
    (code, closed) => {
      expect(hearLate(closed, { code }, NOW + 500)).toBe(closed);
      expect(hearLate(closed, tooMany(), NOW + 500)).toBe(closed);
    },
  );

  it("by an outage opens with a 429, since Vonage answers again, and is slow", () => {
    for (const isProbe of [true, false]) {
      const gate = afterAttempt(CLOSED_BY_OUTAGE, tooMany(3000), isProbe, NOW, 0.5);
      expect(gate.closedBy).toBeNull();
      expect(gate.perSecond).toBe(4);
      expect(opensAt(gate, NOW)).toBe(NOW + 3000);
    }
  });

  it("waits for no probe once it is open, though one was let through at the moment at which it opened", () => {
    const reopened = withProbeSent(hear(CLOSED_BY_OUTAGE, OK), NOW, LONGEST_ATTEMPT);
    expect(opensAt(reopened, NOW)).toBe(NOW);
  });

  it("changes its cause where Vonage names another, and begins anew", () => {
    const late = hear(hear(CLOSED_BY_OUTAGE, FAILED), { code: "unauthorized" }, NOW + MINUTE);
    expect(late).toMatchObject({ closedBy: "unauthorized", since: NOW + MINUTE, probes: 0 });
    expect(hear(late, { code: "not_enabled" }, NOW + 2 * MINUTE)).toMatchObject({
      closedBy: "not_enabled",
      since: NOW + 2 * MINUTE,
    });
  });
});

describe("a gate that Vonage slows", () => {
  it.each([
    ["nothing", undefined, SECOND],
    ["1 s", SECOND, SECOND],
    ["7 s", 7 * SECOND, 7 * SECOND],
    ["60 s", MINUTE, MINUTE],
    ["61 s", 61 * SECOND, MINUTE],
    ["a day", 24 * 60 * MINUTE, MINUTE],
    ["no wait at all", 0, SECOND],
  ])(
    "pauses for as long as Retry-After says, a second at least and a minute at most: %s",
    (_, retryAfter, pause) => {
      const gate = hear(OPEN_GATE, tooMany(retryAfter));
      expect(opensAt(gate, NOW)).toBe(NOW + pause);
      expect(opensAt(gate, NOW + pause - 1)).toBe(NOW + pause);
      expect(opensAt(gate, NOW + pause)).toBe(NOW + pause);
      expect(opensAt(gate, NOW + pause + 1)).toBe(NOW + pause + 1);
    },
  );

  it("is no longer wide open, and says since when", () => {
    expect(SLOWED).toMatchObject({ closedBy: null, since: NOW, perSecond: 5, failures: 0 });
    expect(isWideOpen(SLOWED)).toBe(false);
    expect(hear(SLOWED, tooMany(), NOW + 5000).since).toBe(NOW);
  });

  it.each([undefined, 0, 100, 1000, 2000])(
    "is slowed once by a burst of refusals (Retry-After %s)",
    (retryAfter) => {
      let gate: Gate = { ...SLOWED, perSecond: 40, careful: 40, pausedUntil: 0 };
      for (let refused = 0; refused < 64; refused++)
        gate = hear(gate, tooMany(retryAfter), NOW + refused * 5);
      expect(gate.perSecond).toBe(32);
    },
  );

  it("pauses for the longest wait that a burst asks for, counted from each refusal", () => {
    const burst = [2000, 5000, 1000].reduce<Gate>(
      (gate, retryAfter, index) => hear(gate, tooMany(retryAfter), NOW + index * 10),
      OPEN_GATE,
    );
    expect(opensAt(burst, NOW)).toBe(NOW + 5010);
  });

  it("is slowed again by the first refusal after the pause, never below one report in two seconds", () => {
    let gate = OPEN_GATE;
    const paces: number[] = [];
    for (let now = NOW; paces.length < 30; now = opensAt(gate, now)) {
      gate = hear(gate, tooMany(), now);
      paces.push(gate.perSecond);
    }
    expect(paces.slice(0, 4).map((pace) => Math.round(pace * 100) / 100)).toEqual([5, 4, 3.2, 2.56]);
    expect(Math.min(...paces)).toBe(0.5);
    expect(paces.at(-1)).toBe(0.5);
  });

  it("doubles every second that successes come, up to where it went wrong, and creeps from there", () => {
    let gate: Gate = { ...SLOWED, perSecond: 24, careful: 30 };
    gate = hear(gate, tooMany(), NOW + 2000);
    const pace = gate.perSecond;
    expect(pace).toBeCloseTo(24 * 0.8);
    const opens = opensAt(gate, NOW + 2000);
    expect(hear(gate, OK, opens).perSecond).toBeCloseTo(pace);
    expect(hear(gate, OK, opens + 1000).perSecond).toBeCloseTo(pace * 1.03);
    expect(hear(gate, OK, opens + 10_000).perSecond).toBeCloseTo(pace * 1.03 ** 10);

    const reopened = hear(CLOSED_BY_OUTAGE, OK);
    expect([0, 1, 2, 3].map((s) => hear(reopened, OK, NOW + s * SECOND).perSecond)).toEqual([5, 10, 20, 40]);
  });

  it("grows as much by many successes as by one", () => {
    let gate = hear(CLOSED_BY_OUTAGE, OK);
    for (let now = NOW; now <= NOW + 2000; now += 10) gate = hear(gate, OK, now);
    expect(gate.perSecond).toBeCloseTo(20);
  });

  it("does not grow while it pauses", () => {
    expect(hear(SLOWED, OK, NOW + 500).perSecond).toBe(SLOWED.perSecond);
    const resumed = hear(hear(SLOWED, OK, NOW + 500), OK, NOW + 1000);
    expect(resumed.perSecond).toBe(SLOWED.perSecond);
  });

  it("does not grow while a pause goes on that a burst has prolonged, nor cuts it short", () => {
    const prolonged = hear(hear(OPEN_GATE, tooMany(1000)), tooMany(MINUTE), NOW + 500);
    const late = hear(prolonged, OK, NOW + 10_000);
    expect(late.perSecond).toBe(5);
    expect(opensAt(late, NOW + 10_000)).toBe(NOW + 500 + MINUTE);

    const reopened = hear(hearAll([FAILED, FAILED, FAILED], NOW + 1000, prolonged), OK, NOW + 2000);
    const successful = hear(reopened, OK, NOW + 30_000);
    expect(successful.perSecond).toBe(5);
    expect(opensAt(successful, NOW + 30_000)).toBe(NOW + 500 + MINUTE);
  });

  it("does not grow by failures", () => {
    expect(hear(SLOWED, FAILED, NOW + 10_000).perSecond).toBe(SLOWED.perSecond);
  });

  it("remembers through an outage where it went wrong", () => {
    const careful = hear({ ...SLOWED, perSecond: 25 }, tooMany(), NOW + 2000);
    const closed = hearAll([FAILED, FAILED, FAILED], NOW + 4000, careful);
    const reopened = hear(closed, OK, NOW + 10_000);
    expect(reopened).toMatchObject({ perSecond: 5, careful: 20 });
    // After two seconds it would be back at 20; from there it creeps.
    expect(hear(reopened, OK, NOW + 15_000).perSecond).toBe(20);
  });

  it("is wide open again in the end, as if nothing had been", () => {
    let gate = SLOWED;
    let now = opensAt(gate, NOW);
    for (; !isWideOpen(gate) && now < NOW + 10 * MINUTE; now += 100) gate = hear(gate, OK, now);
    expect(gate).toBe(OPEN_GATE);
    expect(now - NOW).toBeLessThan(6000);
  });
});

describe("a gate that was stored", () => {
  it("is read as it was", () => {
    for (const gate of [OPEN_GATE, CLOSED_BY_OUTAGE, CLOSED_BY_401, CLOSED_BY_402, SLOWED]) {
      expect(parseGate(JSON.stringify(gate))).toEqual(gate);
    }
  });

  it.each([
    ["no JSON", "open"],
    ["null", "null"],
    ["nothing of a gate", "{}"],
    ["a cause that is unknown", JSON.stringify({ ...OPEN_GATE, closedBy: "weather" })],
    ["a number that is none", JSON.stringify({ ...OPEN_GATE, perSecond: "100" })],
    ["a number that is missing", JSON.stringify({ ...OPEN_GATE, pausedUntil: undefined })],
    ["a number that JSON cannot hold", JSON.stringify({ ...OPEN_GATE, probeAt: Number.POSITIVE_INFINITY })],
  ])("is not read where it is %s", (_, text) => {
    expect(parseGate(text)).toBeUndefined();
  });
});

describe("several gates that share what Vonage grants", () => {
  it.each([
    // Latency, and how many 429s are bearable among 18 000 requests in ten minutes.
    { gates: 1, latency: 80, retryAfter: undefined, refused: 150 },
    { gates: 2, latency: 300, retryAfter: 1000, refused: 400 },
    { gates: 4, latency: 80, retryAfter: 1000, refused: 500 },
    { gates: 4, latency: 300, retryAfter: undefined, refused: 600 },
    { gates: 4, latency: 300, retryAfter: 0, refused: 600 },
    { gates: 8, latency: 300, retryAfter: 2000, refused: 1000 },
  ])(
    "use nearly all of 30 a second with few refusals: $gates gates, $latency ms, Retry-After $retryAfter",
    ({ gates, latency, retryAfter, refused }) => {
      const result = share(gates, latency, retryAfter, 10 * MINUTE);
      expect(result.goodput).toBeGreaterThan(0.9 * 30);
      expect(Math.min(...result.byMinute)).toBeGreaterThan(0.8 * 30);
      expect(result.refused).toBeLessThan(refused);
    },
  );
});

describe("a gate through whatever happens", () => {
  const ended = fc.oneof(
    { weight: 3, arbitrary: fc.constant<Ended>(OK) },
    { weight: 2, arbitrary: fc.constantFrom<Ended>(FAILED, { code: "timeout" }) },
    {
      weight: 2,
      arbitrary: fc.option(fc.nat(10 * MINUTE), { nil: undefined }).map((retryAfter) => tooMany(retryAfter)),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom<Ended>(
        { code: "unauthorized" },
        { code: "not_enabled" },
        { code: "rejected" },
      ),
    },
  );
  const happening = fc.record({
    ended,
    wait: fc.oneof(fc.nat(100), fc.nat(5000), fc.nat(10 * MINUTE)),
    stale: fc.boolean(),
    random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  });

  it("keeps its pace in range, opens neither in the past nor too late, and heals by one success", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 60 }), (happenings) => {
        let gate = OPEN_GATE;
        let now = NOW;
        for (const { ended, wait, stale, random } of happenings) {
          now += wait;
          const isProbe = gate.closedBy !== null && !stale && opensAt(gate, now) <= now;
          if (isProbe) gate = withProbeSent(gate, now, LONGEST_ATTEMPT);
          const before = gate;
          gate = afterAttempt(gate, ended, isProbe, now, random);
          seen.add(`${gate.closedBy} ${isWideOpen(gate)}`);

          expect(gate.perSecond).toBeGreaterThanOrEqual(0.5);
          expect(gate.perSecond).toBeLessThanOrEqual(FASTEST_PER_SECOND);
          expect(
            Object.values(gate).every((value) => typeof value !== "number" || Number.isFinite(value)),
          ).toBe(true);
          expect(JSON.parse(JSON.stringify(gate))).toEqual(gate);
          expect(opensAt(gate, now)).toBeGreaterThanOrEqual(now);
          expect(opensAt(gate, now)).toBeLessThanOrEqual(now + 5 * MINUTE);
          expect(gate.since).toBeLessThanOrEqual(now);
          expect(gate.failures).toBeLessThan(3);
          // A pause is never cut short.
          expect(Math.max(gate.pausedUntil, now)).toBeGreaterThanOrEqual(before.pausedUntil);
          if (ended.code === null) expect(gate.closedBy).toBeNull();
          if (ended.code === "unauthorized" || ended.code === "not_enabled")
            expect(gate.closedBy).toBe(ended.code);
        }
        gate = afterAttempt(gate, OK, true, now + MINUTE, 0);
        expect(gate.closedBy).toBeNull();
        expect(opensAt(gate, now + MINUTE)).toBe(now + MINUTE);
      }),
      { numRuns: 1000 },
    );
    expect(seen).toEqual(
      new Set(["null true", "null false", "outage false", "unauthorized false", "not_enabled false"]),
    );
  });
});

/** A backlog behind each gate, sent at its pace to one key that is granted 30 a second, and 30 at once. */
function share(count: number, latency: number, retryAfter: number | undefined, duration: number) {
  interface Sender {
    gate: Gate;
    nextAt: number;
    readonly underWay: { readonly endsAt: number; readonly ended: Ended }[];
  }
  const senders = Array.from(
    { length: count },
    (_, index): Sender => ({ gate: OPEN_GATE, nextAt: NOW + index, underWay: [] }),
  );
  const byMinute = Array.from({ length: duration / MINUTE }, () => 0);
  let thousandths = 30_000;
  let refused = 0;
  for (let now = NOW; now < NOW + duration; now++) {
    thousandths = Math.min(30_000, thousandths + 30);
    for (const sender of senders) {
      const { underWay } = sender;
      for (let [first] = underWay; first !== undefined && first.endsAt <= now; [first] = underWay) {
        sender.gate = hearLate(sender.gate, first.ended, now);
        underWay.shift();
      }
      const { perSecond } = sender.gate;
      if (sender.nextAt > now || underWay.length === 6 || opensAt(sender.gate, now) > now) continue;
      const taken = thousandths >= 1000;
      const minute = Math.floor((now - NOW) / MINUTE);
      if (taken) thousandths -= 1000;
      if (taken) byMinute[minute] = (byMinute[minute] ?? 0) + 1 / 60;
      else refused++;
      underWay.push({ endsAt: now + latency, ended: taken ? OK : tooMany(retryAfter) });
      // What was not used gathers, a tenth of a second's at most.
      sender.nextAt = Math.max(sender.nextAt, now - 100) + SECOND / perSecond;
    }
  }
  return { goodput: byMinute.reduce((sum, one) => sum + one, 0) / byMinute.length, byMinute, refused };
}

describe("what a gate is held back by", () => {
  it.each([
    ["nothing", OPEN_GATE, undefined],
    ["an outage", CLOSED_BY_OUTAGE, "outage"],
    ["a 401", CLOSED_BY_401, "unauthorized"],
    ["a 402", CLOSED_BY_402, "not_enabled"],
    ["a 429", SLOWED, "throttled"],
    ["a healed outage", hear(CLOSED_BY_OUTAGE, OK), "recovering"],
    ["a healed 401", hear(CLOSED_BY_401, OK), "recovering"],
    ["a healed 402", hear(CLOSED_BY_402, OK), "recovering"],
    ["a healed 402 that grows", hear(hear(CLOSED_BY_402, OK), OK, NOW + SECOND), "recovering"],
    ["a 429 after a healed 402", hear(hear(CLOSED_BY_402, OK), tooMany(), NOW + SECOND), "throttled"],
    ["an outage that ends in a 429", hear(CLOSED_BY_OUTAGE, tooMany()), "throttled"],
    ["a 429 that is over, and grows", hear(SLOWED, OK, NOW + 3 * SECOND), "throttled"],
  ] as const)("%s", (_, gate, cause) => {
    expect(heldBackBy(gate)).toBe(cause);
  });
});

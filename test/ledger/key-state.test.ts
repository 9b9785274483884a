import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ConversionErrorCode } from "../../src/client/errors.ts";
import { withProbeSent } from "../../src/ledger/circuit-breaker.ts";
import type { Ended } from "../../src/ledger/events.ts";
import {
  heldBackBy,
  isUnrestricted,
  type KeyState,
  nextSendAt,
  UNRESTRICTED,
  updateKeyState,
} from "../../src/ledger/key-state.ts";
import { FASTEST_PER_SECOND } from "../../src/ledger/pacer.ts";
import { parseGate, toStoredGate } from "../../src/ledger/stored-gate.ts";
import { cases } from "../support/property-seed.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const NOW = Date.UTC(2026, 5, 1, 12);
const LONGEST_REQUEST = 25 * SECOND;
const ALMOST_ONE = 1 - Number.EPSILON / 2;

const OK: Ended = { code: null };
const FAILED: Ended = { code: "unavailable" };
const tooMany = (retryAfter?: number): Ended => ({ code: "rate_limited", retryAfter });

/** A request that began in the present state. */
const hear = (state: KeyState, ended: Ended, now = NOW, random = 0.5) =>
  updateKeyState(state, ended, state.openedBy !== null, now, random);
/** A request that began before the circuit breaker opened. */
const hearLate = (state: KeyState, ended: Ended, now = NOW) => updateKeyState(state, ended, false, now, 0.5);
const hearAll = (ends: readonly Ended[], now = NOW, from = UNRESTRICTED) =>
  ends.reduce((state, ended) => hear(state, ended, now), from);

const OPENED_BY_OUTAGE = hearAll([FAILED, FAILED, FAILED]);
const OPENED_BY_401 = hear(UNRESTRICTED, { code: "unauthorized" });
const OPENED_BY_402 = hear(UNRESTRICTED, { code: "not_enabled" });
const THROTTLED = hear(UNRESTRICTED, tooMany());

/** Failures that tell nothing about the report or its key. */
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

describe("the circuit breaker of a key, while closed", () => {
  it("sends every report at once, as fast as they arrive", () => {
    expect(isUnrestricted(UNRESTRICTED)).toBe(true);
    expect(nextSendAt(UNRESTRICTED, NOW)).toBe(NOW);
    expect(UNRESTRICTED.perSecond).toBe(FASTEST_PER_SECOND);
  });

  it("keeps the same object while all requests succeed", () => {
    expect(hear(UNRESTRICTED, OK)).toBe(UNRESTRICTED);
    expect(hear(UNRESTRICTED, { code: "rejected" })).toBe(UNRESTRICTED);
    const stored = parseGate(JSON.stringify(toStoredGate(UNRESTRICTED))) ?? THROTTLED;
    expect(hear(stored, OK)).toBe(stored);
  });

  it.each(FAILURES)("opens after three failures in a row (%s), not before", (code) => {
    const states = [1, 2, 3].map((count) => hearAll(Array.from({ length: count }, () => ({ code }))));
    expect(states.map(({ openedBy }) => openedBy)).toEqual([null, null, "outage"]);
    expect(states.map(isUnrestricted)).toEqual([true, true, false]);
    expect(states[2]?.since).toBe(NOW);
  });

  it.each<[string, Ended]>([
    ["a success", OK],
    ["a refusal of one report's parameters", { code: "rejected" }],
    ["a 429", tooMany()],
  ])("starts counting failures again after %s", (_, answered) => {
    const twice = hearAll([FAILED, FAILED, answered, FAILED, FAILED]);
    expect(twice.openedBy).toBeNull();
    expect(hear(twice, FAILED).openedBy).toBe("outage");
  });

  it.each(["unauthorized", "not_enabled"] as const)("opens on one %s", (code) => {
    const state = hear(UNRESTRICTED, { code });
    expect(state).toMatchObject({ openedBy: code, since: NOW, probes: 0 });
    expect(isUnrestricted(state)).toBe(false);
  });
});

describe("the circuit breaker of a key, while open", () => {
  it.each([
    ["outage", OPENED_BY_OUTAGE, FAILED, SECOND, 30 * SECOND],
    ["outage", OPENED_BY_OUTAGE, { code: "timeout" }, SECOND, 30 * SECOND],
    ["unauthorized", OPENED_BY_401, { code: "unauthorized" }, 5 * SECOND, 5 * MINUTE],
    ["unauthorized", OPENED_BY_401, FAILED, 5 * SECOND, 5 * MINUTE],
    ["not_enabled", OPENED_BY_402, { code: "not_enabled" }, 5 * SECOND, 5 * MINUTE],
    ["not_enabled", OPENED_BY_402, tooMany(), 5 * SECOND, 5 * MINUTE],
  ] as const)("by %s backs off, probe by probe, up to a cap", (openedBy, opened, ended, first, longest) => {
    let state: KeyState = opened;
    let now = NOW;
    for (let probes = 0; probes < 1100; probes++) {
      const wait = Math.min(first * 2 ** probes, longest);
      expect(nextSendAt(state, now)).toBe(now + Math.round(wait * 0.75));
      expect(state).toMatchObject({ openedBy, since: NOW, probes });
      now = nextSendAt(state, now);
      state = withProbeSent(state, now, LONGEST_REQUEST);
      now += 200;
      state = hear(state, ended, now);
    }
  });

  it.each([
    [0, 0.5],
    [0.5, 0.75],
    [ALMOST_ONE, 1],
  ])("waits half of the time for sure and half by chance (dice %d: %d of it)", (random, share) => {
    expect(hear(OPENED_BY_OUTAGE, FAILED, NOW, random).probeAt).toBe(NOW + share * SECOND);
    expect(hear(OPENED_BY_401, { code: "unauthorized" }, NOW, random).probeAt).toBe(NOW + share * 5 * SECOND);
  });

  it("sends one probe at a time, and the next when that one must have ended", () => {
    const opens = nextSendAt(OPENED_BY_OUTAGE, NOW);
    const probed = withProbeSent(OPENED_BY_OUTAGE, opens, LONGEST_REQUEST);
    expect(nextSendAt(probed, opens)).toBe(opens + LONGEST_REQUEST);
    expect(probed).toEqual({ ...OPENED_BY_OUTAGE, probes: 1, probeAt: opens + LONGEST_REQUEST });
  });

  it.each([
    ["outage", OPENED_BY_OUTAGE],
    ["unauthorized", OPENED_BY_401],
    ["not_enabled", OPENED_BY_402],
  ] as const)("by %s closes on the first success and starts slowly", (_, opened) => {
    for (const ended of [OK, { code: "rejected" }] as const) {
      for (const isProbe of [true, false]) {
        const state = updateKeyState(opened, ended, isProbe, NOW + 9000, 0.5);
        expect(state).toMatchObject({ openedBy: null, since: NOW + 9000, failures: 0, perSecond: 5 });
        expect(isUnrestricted(state)).toBe(false);
        expect(nextSendAt(state, NOW + 9000)).toBe(NOW + 9000);
      }
    }
  });

  it.each([
    ["outage", OPENED_BY_OUTAGE],
    ["unauthorized", OPENED_BY_401],
    ["not_enabled", OPENED_BY_402],
  ] as const)("by %s ignores failures of requests that began before it opened", (_, opened) => {
    for (const code of FAILURES) expect(hearLate(opened, { code }, NOW + 500)).toBe(opened);
  });

  it.each([
    ["unauthorized", OPENED_BY_401],
    ["not_enabled", OPENED_BY_402],
  ] as const)(
    "by %s ignores the same refusal, and a 429, of requests that began before it opened",
    (code, opened) => {
      expect(hearLate(opened, { code }, NOW + 500)).toBe(opened);
      expect(hearLate(opened, tooMany(), NOW + 500)).toBe(opened);
    },
  );

  it("by an outage closes on a 429, since Vonage answers again, and slows down", () => {
    for (const isProbe of [true, false]) {
      const state = updateKeyState(OPENED_BY_OUTAGE, tooMany(3000), isProbe, NOW, 0.5);
      expect(state.openedBy).toBeNull();
      expect(state.perSecond).toBe(4);
      expect(nextSendAt(state, NOW)).toBe(NOW + 3000);
    }
  });

  it("waits for no probe once it is closed, even if one was sent as it closed", () => {
    const recovered = withProbeSent(hear(OPENED_BY_OUTAGE, OK), NOW, LONGEST_REQUEST);
    expect(nextSendAt(recovered, NOW)).toBe(NOW);
  });

  it("takes a new cause from Vonage and starts the back-off again", () => {
    const late = hear(hear(OPENED_BY_OUTAGE, FAILED), { code: "unauthorized" }, NOW + MINUTE);
    expect(late).toMatchObject({ openedBy: "unauthorized", since: NOW + MINUTE, probes: 0 });
    expect(hear(late, { code: "not_enabled" }, NOW + 2 * MINUTE)).toMatchObject({
      openedBy: "not_enabled",
      since: NOW + 2 * MINUTE,
    });
  });
});

describe("the pacer of a key that gets a 429", () => {
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
      const state = hear(UNRESTRICTED, tooMany(retryAfter));
      expect(nextSendAt(state, NOW)).toBe(NOW + pause);
      expect(nextSendAt(state, NOW + pause - 1)).toBe(NOW + pause);
      expect(nextSendAt(state, NOW + pause)).toBe(NOW + pause);
      expect(nextSendAt(state, NOW + pause + 1)).toBe(NOW + pause + 1);
    },
  );

  it("is restricted, and says since when", () => {
    expect(THROTTLED).toMatchObject({ openedBy: null, since: NOW, perSecond: 5, failures: 0 });
    expect(isUnrestricted(THROTTLED)).toBe(false);
    expect(hear(THROTTLED, tooMany(), NOW + 5000).since).toBe(NOW);
  });

  it.each([undefined, 0, 100, 1000, 2000])(
    "slows down once for a burst of refusals (Retry-After %s)",
    (retryAfter) => {
      let state: KeyState = { ...THROTTLED, perSecond: 40, slowStartThreshold: 40, pausedUntil: 0 };
      for (let refused = 0; refused < 64; refused++)
        state = hear(state, tooMany(retryAfter), NOW + refused * 5);
      expect(state.perSecond).toBe(32);
    },
  );

  it("pauses for the longest wait of a burst, counted from each refusal", () => {
    const burst = [2000, 5000, 1000].reduce<KeyState>(
      (state, retryAfter, index) => hear(state, tooMany(retryAfter), NOW + index * 10),
      UNRESTRICTED,
    );
    expect(nextSendAt(burst, NOW)).toBe(NOW + 5010);
  });

  it("slows down again on the first refusal after the pause, never below one report in two seconds", () => {
    let state = UNRESTRICTED;
    const paces: number[] = [];
    for (let now = NOW; paces.length < 30; now = nextSendAt(state, now)) {
      state = hear(state, tooMany(), now);
      paces.push(state.perSecond);
    }
    expect(paces.slice(0, 4).map((pace) => Math.round(pace * 100) / 100)).toEqual([5, 4, 3.2, 2.56]);
    expect(Math.min(...paces)).toBe(0.5);
    expect(paces.at(-1)).toBe(0.5);
  });

  it("doubles each second up to the slow-start threshold, and grows by 3% from there", () => {
    let state: KeyState = { ...THROTTLED, perSecond: 24, slowStartThreshold: 30 };
    state = hear(state, tooMany(), NOW + 2000);
    const pace = state.perSecond;
    expect(pace).toBeCloseTo(24 * 0.8);
    const opens = nextSendAt(state, NOW + 2000);
    expect(hear(state, OK, opens).perSecond).toBeCloseTo(pace);
    expect(hear(state, OK, opens + 1000).perSecond).toBeCloseTo(pace * 1.03);
    expect(hear(state, OK, opens + 10_000).perSecond).toBeCloseTo(pace * 1.03 ** 10);

    const recovered = hear(OPENED_BY_OUTAGE, OK);
    expect([0, 1, 2, 3].map((s) => hear(recovered, OK, NOW + s * SECOND).perSecond)).toEqual([5, 10, 20, 40]);
  });

  it("grows as much by many successes as by one", () => {
    let state = hear(OPENED_BY_OUTAGE, OK);
    for (let now = NOW; now <= NOW + 2000; now += 10) state = hear(state, OK, now);
    expect(state.perSecond).toBeCloseTo(20);
  });

  it("does not grow while it pauses", () => {
    expect(hear(THROTTLED, OK, NOW + 500).perSecond).toBe(THROTTLED.perSecond);
    const resumed = hear(hear(THROTTLED, OK, NOW + 500), OK, NOW + 1000);
    expect(resumed.perSecond).toBe(THROTTLED.perSecond);
  });

  it("neither grows during a prolonged pause nor cuts it short", () => {
    const prolonged = hear(hear(UNRESTRICTED, tooMany(1000)), tooMany(MINUTE), NOW + 500);
    const late = hear(prolonged, OK, NOW + 10_000);
    expect(late.perSecond).toBe(5);
    expect(nextSendAt(late, NOW + 10_000)).toBe(NOW + 500 + MINUTE);

    const recovered = hear(hearAll([FAILED, FAILED, FAILED], NOW + 1000, prolonged), OK, NOW + 2000);
    const successful = hear(recovered, OK, NOW + 30_000);
    expect(successful.perSecond).toBe(5);
    expect(nextSendAt(successful, NOW + 30_000)).toBe(NOW + 500 + MINUTE);
  });

  it("does not speed up on failures", () => {
    expect(hear(THROTTLED, FAILED, NOW + 10_000).perSecond).toBe(THROTTLED.perSecond);
  });

  it("keeps its slow-start threshold through an outage", () => {
    const throttled = hear({ ...THROTTLED, perSecond: 25 }, tooMany(), NOW + 2000);
    const opened = hearAll([FAILED, FAILED, FAILED], NOW + 4000, throttled);
    const recovered = hear(opened, OK, NOW + 10_000);
    expect(recovered).toMatchObject({ perSecond: 5, slowStartThreshold: 20 });
    // After two seconds it would be back at 20; from there it creeps.
    expect(hear(recovered, OK, NOW + 15_000).perSecond).toBe(20);
  });

  it("ends unrestricted, as if nothing had happened", () => {
    let state = THROTTLED;
    let now = nextSendAt(state, NOW);
    for (; !isUnrestricted(state) && now < NOW + 10 * MINUTE; now += 100) state = hear(state, OK, now);
    expect(state).toBe(UNRESTRICTED);
    expect(now - NOW).toBeLessThan(6000);
  });
});

describe("a stored gate", () => {
  const STORED = toStoredGate(UNRESTRICTED);

  it("keeps the names and the order of members that released versions know", () => {
    expect(JSON.stringify(toStoredGate({ ...OPENED_BY_401, slowStartThreshold: 7 }))).toBe(
      `{"closedBy":"unauthorized","since":${NOW},"probeAt":${NOW + 3750},"probes":0,"failures":0,` +
        '"perSecond":100,"careful":7,"changedAt":0,"pausedUntil":0}',
    );
  });

  it("is read as it was", () => {
    for (const state of [UNRESTRICTED, OPENED_BY_OUTAGE, OPENED_BY_401, OPENED_BY_402, THROTTLED]) {
      expect(parseGate(JSON.stringify(toStoredGate(state)))).toEqual(state);
    }
  });

  it.each([
    ["no JSON", "open"],
    ["null", "null"],
    ["no members", "{}"],
    ["a cause that is unknown", JSON.stringify({ ...STORED, closedBy: "weather" })],
    ["a number that is none", JSON.stringify({ ...STORED, perSecond: "100" })],
    ["a number that is missing", JSON.stringify({ ...STORED, pausedUntil: undefined })],
    ["a number that JSON cannot hold", JSON.stringify({ ...STORED, probeAt: Number.POSITIVE_INFINITY })],
  ])("is not read where it is %s", (_, text) => {
    expect(parseGate(text)).toBeUndefined();
  });
});

describe("several shards that share what Vonage grants", () => {
  it.each([
    // Latency, and how many 429s are bearable among 18 000 requests in ten minutes.
    { states: 1, latency: 80, retryAfter: undefined, refused: 150 },
    { states: 2, latency: 300, retryAfter: 1000, refused: 400 },
    { states: 4, latency: 80, retryAfter: 1000, refused: 500 },
    { states: 4, latency: 300, retryAfter: undefined, refused: 600 },
    { states: 4, latency: 300, retryAfter: 0, refused: 600 },
    { states: 8, latency: 300, retryAfter: 2000, refused: 1000 },
  ])(
    "use nearly all of 30 a second with few refusals: $states states, $latency ms, Retry-After $retryAfter",
    ({ states, latency, retryAfter, refused }) => {
      const result = share(states, latency, retryAfter, 10 * MINUTE);
      expect(result.goodput).toBeGreaterThan(0.9 * 30);
      expect(Math.min(...result.byMinute)).toBeGreaterThan(0.8 * 30);
      expect(result.refused).toBeLessThan(refused);
    },
  );
});

describe("the state of a key through any sequence of results", () => {
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

  it("keeps its pace in range, sends neither in the past nor too late, and recovers after one success", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 60 }), (happenings) => {
        let state = UNRESTRICTED;
        let now = NOW;
        for (const { ended, wait, stale, random } of happenings) {
          now += wait;
          const isProbe = state.openedBy !== null && !stale && nextSendAt(state, now) <= now;
          if (isProbe) state = withProbeSent(state, now, LONGEST_REQUEST);
          const before = state;
          state = updateKeyState(state, ended, isProbe, now, random);
          seen.add(`${state.openedBy} ${isUnrestricted(state)}`);

          expect(state.perSecond).toBeGreaterThanOrEqual(0.5);
          expect(state.perSecond).toBeLessThanOrEqual(FASTEST_PER_SECOND);
          expect(
            Object.values(state).every((value) => typeof value !== "number" || Number.isFinite(value)),
          ).toBe(true);
          expect(parseGate(JSON.stringify(toStoredGate(state)))).toEqual(state);
          expect(nextSendAt(state, now)).toBeGreaterThanOrEqual(now);
          expect(nextSendAt(state, now)).toBeLessThanOrEqual(now + 5 * MINUTE);
          expect(state.since).toBeLessThanOrEqual(now);
          expect(state.failures).toBeLessThan(3);
          // A pause is never cut short.
          expect(Math.max(state.pausedUntil, now)).toBeGreaterThanOrEqual(before.pausedUntil);
          if (ended.code === null) expect(state.openedBy).toBeNull();
          if (ended.code === "unauthorized" || ended.code === "not_enabled")
            expect(state.openedBy).toBe(ended.code);
        }
        state = updateKeyState(state, OK, true, now + MINUTE, 0);
        expect(state.openedBy).toBeNull();
        expect(nextSendAt(state, now + MINUTE)).toBe(now + MINUTE);
      }),
      { numRuns: cases(1000) },
    );
    expect(seen).toEqual(
      new Set(["null true", "null false", "outage false", "unauthorized false", "not_enabled false"]),
    );
  });
});

/** A backlog behind each state, sent at its pace to one key that is granted 30 a second, and 30 at once. */
function share(count: number, latency: number, retryAfter: number | undefined, duration: number) {
  interface Sender {
    state: KeyState;
    nextAt: number;
    readonly underWay: { readonly endsAt: number; readonly ended: Ended }[];
  }
  const senders = Array.from(
    { length: count },
    (_, index): Sender => ({ state: UNRESTRICTED, nextAt: NOW + index, underWay: [] }),
  );
  const byMinute = Array.from({ length: duration / MINUTE }, () => 0);
  let thousandths = 30_000;
  let refused = 0;
  for (let now = NOW; now < NOW + duration; now++) {
    thousandths = Math.min(30_000, thousandths + 30);
    for (const sender of senders) {
      const { underWay } = sender;
      for (let [first] = underWay; first !== undefined && first.endsAt <= now; [first] = underWay) {
        sender.state = hearLate(sender.state, first.ended, now);
        underWay.shift();
      }
      const { perSecond } = sender.state;
      if (sender.nextAt > now || underWay.length === 6 || nextSendAt(sender.state, now) > now) continue;
      const taken = thousandths >= 1000;
      const minute = Math.floor((now - NOW) / MINUTE);
      if (taken) thousandths -= 1000;
      if (taken) byMinute[minute] = (byMinute[minute] ?? 0) + 1 / 60;
      else refused++;
      underWay.push({ endsAt: now + latency, ended: taken ? OK : tooMany(retryAfter) });
      // Unused requests gather, a tenth of a second's at most.
      sender.nextAt = Math.max(sender.nextAt, now - 100) + SECOND / perSecond;
    }
  }
  return { goodput: byMinute.reduce((sum, one) => sum + one, 0) / byMinute.length, byMinute, refused };
}

describe("the reason why a key is held back", () => {
  it.each([
    ["nothing", UNRESTRICTED, undefined],
    ["an outage", OPENED_BY_OUTAGE, "outage"],
    ["a 401", OPENED_BY_401, "unauthorized"],
    ["a 402", OPENED_BY_402, "not_enabled"],
    ["a 429", THROTTLED, "throttled"],
    ["a recovered outage", hear(OPENED_BY_OUTAGE, OK), "recovering"],
    ["a recovered 401", hear(OPENED_BY_401, OK), "recovering"],
    ["a recovered 402", hear(OPENED_BY_402, OK), "recovering"],
    ["a recovered 402 that grows", hear(hear(OPENED_BY_402, OK), OK, NOW + SECOND), "recovering"],
    ["a 429 after a recovered 402", hear(hear(OPENED_BY_402, OK), tooMany(), NOW + SECOND), "throttled"],
    ["an outage that ends in a 429", hear(OPENED_BY_OUTAGE, tooMany()), "throttled"],
    ["a 429 that is over, and grows", hear(THROTTLED, OK, NOW + 3 * SECOND), "throttled"],
  ] as const)("after %s is reported as it is", (_, state, cause) => {
    expect(heldBackBy(state)).toBe(cause);
  });
});

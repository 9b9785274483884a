// The circuit breaker of one API key. Open means: nothing passes but one probe at a time. Pure.

import { clampInstant } from "../shared/clamp-instant.ts";
import type { Ended } from "./events.ts";

/** The reason why a circuit breaker is open. */
export type OpenedBy = "outage" | "unauthorized" | "not_enabled";

/** All times are epoch milliseconds. */
export interface CircuitBreaker {
  /** The cause for which it is open; `null`: closed, requests pass. */
  readonly openedBy: OpenedBy | null;
  /** The earliest time of the next probe. */
  readonly probeAt: number;
  /** Probes sent since it opened. */
  readonly probes: number;
  /** Requests that failed in a row while it was closed. */
  readonly failures: number;
}

/** Fewer may be chance; more would make each of many callers wait for a timeout. */
const FAILURES_TO_OPEN = 3;

const FIRST_PROBE_MS: Readonly<Record<OpenedBy, number>> = {
  outage: 1000,
  unauthorized: 5000,
  not_enabled: 5000,
};
const LONGEST_PROBE_INTERVAL_MS: Readonly<Record<OpenedBy, number>> = {
  outage: 30_000,
  // People fix these, not time.
  unauthorized: 300_000,
  not_enabled: 300_000,
};

export const CLOSED_BREAKER: CircuitBreaker = Object.freeze({
  openedBy: null,
  probeAt: 0,
  probes: 0,
  failures: 0,
});

export const isOpenedBy = (value: unknown): value is OpenedBy =>
  typeof value === "string" && Object.hasOwn(FIRST_PROBE_MS, value);

/**
 * Counts one probe as sent. The next one waits for its result, or until it must have ended.
 *
 * @param longestRequest The longest time that a request can take, in milliseconds.
 */
export function withProbeSent<B extends CircuitBreaker>(breaker: B, now: number, longestRequest: number): B {
  return { ...breaker, probes: breaker.probes + 1, probeAt: now + longestRequest };
}

/**
 * Updates a circuit breaker by the result of a request.
 *
 * @param isProbe The request passed the open breaker. Requests begun before it opened tell nothing new when they fail.
 * @param now Epoch milliseconds.
 * @param random Uniform in [0, 1).
 * @returns The very same object where nothing changed.
 */
export function updateBreaker<B extends CircuitBreaker>(
  breaker: B,
  { code }: Ended,
  isProbe: boolean,
  now: number,
  random: number,
): B {
  const { openedBy } = breaker;
  switch (code) {
    case null:
    case "rejected":
      return close(breaker);
    case "unauthorized":
    case "not_enabled":
      return openedBy === code && !isProbe ? breaker : open(breaker, code, now, random);
    case "rate_limited":
      // Vonage answers again, so the outage is over. A 429 says nothing about a key that it refuses.
      if (openedBy === null || openedBy === "outage") return close(breaker);
      return isProbe ? open(breaker, openedBy, now, random) : breaker;
    default: {
      if (openedBy !== null) return isProbe ? open(breaker, openedBy, now, random) : breaker;
      const failures = breaker.failures + 1;
      return failures < FAILURES_TO_OPEN ? { ...breaker, failures } : open(breaker, "outage", now, random);
    }
  }
}

/** Corrects an instant that was stored while the clock was ahead: the breaker would stay open until then. */
export function clampProbeAt(
  { openedBy, probeAt }: CircuitBreaker,
  now: number,
  longestRequest: number,
): number {
  const interval = openedBy === null ? 0 : LONGEST_PROBE_INTERVAL_MS[openedBy];
  return clampInstant(probeAt, now, Math.max(interval, longestRequest));
}

function close<B extends CircuitBreaker>(breaker: B): B {
  if (breaker.openedBy !== null) return { ...breaker, ...CLOSED_BREAKER };
  return breaker.failures === 0 ? breaker : { ...breaker, failures: 0 };
}

/** Opens it, or keeps it open and doubles the time to the next probe. */
function open<B extends CircuitBreaker>(breaker: B, openedBy: OpenedBy, now: number, random: number): B {
  const probes = breaker.openedBy === openedBy ? breaker.probes : 0;
  const wait = Math.min(FIRST_PROBE_MS[openedBy] * 2 ** probes, LONGEST_PROBE_INTERVAL_MS[openedBy]);
  // Half of it is random, so that the shards do not probe together.
  const probeAt = Math.round(now + wait * (0.5 + random / 2));
  return { ...breaker, openedBy, probes, probeAt, failures: 0 };
}

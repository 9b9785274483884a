// The pace at which the waiting reports of one API key go out. It adapts to Vonage's 429 as TCP adapts to congestion:
// back off by a factor, double up to the slow-start threshold, and grow slowly from there. Pure.

import { clampInstant } from "../shared/clamp-instant.ts";

/** All times are epoch milliseconds. */
export interface Pacer {
  /** Waiting reports sent per second. */
  readonly perSecond: number;
  /** The pace at which growth becomes slow: the last one that Vonage refused, after backing off. */
  readonly slowStartThreshold: number;
  /** The last change of `perSecond`. */
  readonly changedAt: number;
  /** The end of the pause that Vonage asked for with `Retry-After`. */
  readonly pausedUntil: number;
}

/** An upper bound even while Vonage takes everything: waiting reports are late anyway and must not become a storm. */
export const FASTEST_PER_SECOND = 100;

/** After an outage, and after the first 429: a fraction of the 30 requests a second that Vonage grants a key. */
const FIRST_PER_SECOND = 5;
const SLOWEST_PER_SECOND = 0.5;

const BACK_OFF = 0.8;
const GROWTH_PER_SECOND = 2;
const GROWTH_PER_SECOND_ABOVE_THRESHOLD = 1.03;

const LONGEST_PAUSE_MS = 60_000;
/** Also without `Retry-After`: requests under way at the first 429 end within this time. */
const SHORTEST_PAUSE_MS = 1000;

export const FULL_PACE: Pacer = Object.freeze({
  perSecond: FASTEST_PER_SECOND,
  slowStartThreshold: FASTEST_PER_SECOND,
  changedAt: 0,
  pausedUntil: 0,
});

export const isFullPace = ({ perSecond }: Pacer) => perSecond >= FASTEST_PER_SECOND;

/** Starts slowly after the circuit breaker has closed. */
export function startSlowly<P extends Pacer>(pacer: P, now: number): P {
  return { ...pacer, perSecond: FIRST_PER_SECOND, changedAt: now };
}

/**
 * Speeds up after an answer.
 *
 * @param now Epoch milliseconds.
 * @returns The very same object where nothing changed.
 */
export function speedUp<P extends Pacer>(pacer: P, now: number): P {
  if (isFullPace(pacer)) return pacer;
  // A pause does not count: further 429s may have prolonged it.
  const seconds = Math.max(0, now - Math.max(pacer.changedAt, pacer.pausedUntil)) / 1000;
  const slowStart = Math.min(pacer.perSecond * GROWTH_PER_SECOND ** seconds, pacer.slowStartThreshold);
  const beyond = pacer.perSecond * GROWTH_PER_SECOND_ABOVE_THRESHOLD ** seconds;
  const perSecond = Math.min(Math.max(slowStart, beyond), FASTEST_PER_SECOND);
  if (perSecond >= FASTEST_PER_SECOND) return { ...pacer, ...FULL_PACE };
  return { ...pacer, perSecond, changedAt: Math.max(now, pacer.changedAt) };
}

/**
 * Pauses and slows down after a 429. Requests refused during the pause were already under way; they prolong it, but
 * do not slow down again.
 *
 * @param retryAfter The wait that Vonage asked for, in milliseconds.
 * @param now Epoch milliseconds.
 */
export function slowDown<P extends Pacer>(pacer: P, retryAfter: number | undefined, now: number): P {
  const pausedUntil = Math.max(
    pacer.pausedUntil,
    now + Math.min(Math.max(retryAfter ?? 0, SHORTEST_PAUSE_MS), LONGEST_PAUSE_MS),
  );
  if (now < pacer.pausedUntil) return { ...pacer, pausedUntil };
  const isFirst = isFullPace(pacer);
  const perSecond = isFirst ? FIRST_PER_SECOND : Math.max(pacer.perSecond * BACK_OFF, SLOWEST_PER_SECOND);
  const slowStartThreshold = isFirst ? FASTEST_PER_SECOND : perSecond;
  return { ...pacer, perSecond, slowStartThreshold, changedAt: pausedUntil, pausedUntil };
}

/** Corrects instants that were stored while the clock was ahead: nothing would be sent until then. */
export function clampPacer(
  { pausedUntil, changedAt }: Pacer,
  now: number,
): Pick<Pacer, "pausedUntil" | "changedAt"> {
  return {
    pausedUntil: clampInstant(pausedUntil, now, LONGEST_PAUSE_MS),
    changedAt: clampInstant(changedAt, now, LONGEST_PAUSE_MS),
  };
}

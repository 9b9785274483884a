// Decides when reports of one API key may go to Vonage: its circuit breaker and its pacer together. Pure.

import { clampInstant } from "../shared/clamp-instant.ts";
import {
  type CircuitBreaker,
  CLOSED_BREAKER,
  clampProbeAt,
  type OpenedBy,
  updateBreaker,
} from "./circuit-breaker.ts";
import type { Ended } from "./events.ts";
import { clampPacer, FULL_PACE, isFullPace, type Pacer, slowDown, speedUp, startSlowly } from "./pacer.ts";

export interface KeyState extends CircuitBreaker, Pacer {
  /** The start of the present restriction, epoch milliseconds; 0 without one. */
  readonly since: number;
}

/** The reason why reports of a key do not go at full speed. */
export type HeldBackBy = OpenedBy | "throttled" | "recovering";

export const UNRESTRICTED: KeyState = Object.freeze({ ...CLOSED_BREAKER, ...FULL_PACE, since: 0 });

/** Tells whether new reports may go at once, as many as arrive: closed breaker, full pace. */
export function isUnrestricted(state: KeyState): boolean {
  return state.openedBy === null && isFullPace(state);
}

/**
 * Gives the reason of a restriction. A breaker that has closed is followed by a slow start, which looks like
 * throttling; but only a 429 sets a pause that ends after the restriction began.
 *
 * @returns `recovering`: Vonage takes reports again, and the waiting ones go out at a growing pace.
 */
export function heldBackBy(state: KeyState): HeldBackBy | undefined {
  if (isUnrestricted(state)) return undefined;
  return state.openedBy ?? (state.pausedUntil > state.since ? "throttled" : "recovering");
}

/**
 * Gives the earliest time of the next request.
 *
 * @param now Epoch milliseconds.
 * @returns Epoch milliseconds, not before `now`.
 */
export function nextSendAt({ openedBy, pausedUntil, probeAt }: KeyState, now: number): number {
  return Math.max(now, pausedUntil, openedBy === null ? 0 : probeAt);
}

/**
 * Updates the state of a key by the result of a request.
 *
 * @param isProbe The request passed the open circuit breaker.
 * @param now Epoch milliseconds.
 * @param random Uniform in [0, 1).
 * @returns The very same object where nothing changed.
 */
export function updateKeyState(
  before: KeyState,
  ended: Ended,
  isProbe: boolean,
  now: number,
  random: number,
): KeyState {
  const state = updateBreaker(before, ended, isProbe, now, random);
  const paced = state.openedBy === null ? pace(state, before.openedBy !== null, ended, now) : state;
  if (paced === before) return before;
  if (isUnrestricted(paced) && !isUnrestricted(before)) return UNRESTRICTED;
  const isNew = paced.openedBy !== before.openedBy || isFullPace(before) !== isFullPace(paced);
  return isNew ? { ...paced, since: now } : paced;
}

/** @param hasClosed This result has closed the circuit breaker. */
function pace(state: KeyState, hasClosed: boolean, ended: Ended, now: number): KeyState {
  const started = hasClosed ? startSlowly(state, now) : state;
  switch (ended.code) {
    case null:
    case "rejected":
      return hasClosed ? started : speedUp(started, now);
    case "rate_limited":
      return slowDown(started, ended.retryAfter, now);
    default:
      return started;
  }
}

/**
 * Corrects instants that were stored while the clock was ahead: nothing would be sent until then.
 *
 * @param now Epoch milliseconds.
 * @param longestRequest The longest time that a probe can take, in milliseconds.
 * @returns The very same object where nothing changed.
 */
export function clampKeyState(state: KeyState, now: number, longestRequest: number): KeyState {
  const probeAt = clampProbeAt(state, now, longestRequest);
  const { pausedUntil, changedAt } = clampPacer(state, now);
  const since = clampInstant(state.since, now, 0);
  const isSame =
    probeAt === state.probeAt &&
    pausedUntil === state.pausedUntil &&
    changedAt === state.changedAt &&
    since === state.since;
  return isSame ? state : { ...state, probeAt, pausedUntil, changedAt, since };
}

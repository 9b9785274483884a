// Whether and how fast reports of one API key may go to Vonage, as learned from its answers. Pure.

import { clampInstant } from "../shared/clamp-instant.ts";
import type { Ended } from "./machine.ts";

/** What keeps a gate closed. */
export type ClosedBy = "outage" | "unauthorized" | "not_enabled";

/** All times are epoch milliseconds. */
export interface Gate {
  /** Why nothing may go but a probe at a time; `null`: open. */
  readonly closedBy: ClosedBy | null;
  /** Since when it is closed, or slowed. */
  readonly since: number;
  /** When the next probe may go. */
  readonly probeAt: number;
  readonly probes: number;
  /** Attempts in a row that were in vain. */
  readonly failures: number;
  /** How many of the waiting reports may go per second. */
  readonly perSecond: number;
  /** Where growth becomes careful: what Vonage last refused. */
  readonly careful: number;
  /** When `perSecond` last changed. */
  readonly changedAt: number;
  /** Before this nothing goes: Vonage's `Retry-After`. */
  readonly pausedUntil: number;
}

/** However much waits, and however willing Vonage is: it all came late anyway, and must not be a storm. */
export const FASTEST_PER_SECOND = 100;

/** After an outage, and after the first 429: a fraction of the 30 requests a second that Vonage grants a key. */
const FIRST_PER_SECOND = 5;
const SLOWEST_PER_SECOND = 0.5;

/** As TCP does: back off by a factor, come back by doubling up to where it went wrong, and carefully from there. */
const BACK_OFF = 0.8;
const GROWTH_PER_SECOND = 2;
const CAREFUL_GROWTH_PER_SECOND = 1.03;

/** Fewer may be chance; more would make each of many callers wait for a timeout. */
const FAILURES_TO_CLOSE = 3;

const PROBE_FIRST_MS: Readonly<Record<ClosedBy, number>> = {
  outage: 1000,
  unauthorized: 5000,
  not_enabled: 5000,
};
const PROBE_AT_LEAST_EVERY_MS: Readonly<Record<ClosedBy, number>> = {
  outage: 30_000,
  // Mended by people, not by waiting.
  unauthorized: 300_000,
  not_enabled: 300_000,
};

const LONGEST_PAUSE_MS = 60_000;
/** Also where no pause is asked for: within it end the requests that were under way at the first refusal. */
const SHORTEST_PAUSE_MS = 1000;

export const OPEN_GATE: Gate = Object.freeze({
  closedBy: null,
  since: 0,
  probeAt: 0,
  probes: 0,
  failures: 0,
  perSecond: FASTEST_PER_SECOND,
  careful: FASTEST_PER_SECOND,
  changedAt: 0,
  pausedUntil: 0,
});

/**
 * Reads a stored gate.
 *
 * @returns `undefined` for what this version cannot have written: what Vonage says will soon be known again.
 */
export function parseGate(text: string): Gate | undefined {
  try {
    const gate = JSON.parse(text);
    const readable = Object.keys(OPEN_GATE).every((name) =>
      name === "closedBy"
        ? gate.closedBy === null || Object.hasOwn(PROBE_FIRST_MS, gate.closedBy)
        : Number.isFinite(gate[name]),
    );
    return readable ? gate : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A gate as it can truly be at an instant. One that was stored by a clock that was ahead would stay closed, or paused,
 * until the clock has caught up.
 *
 * @param now Epoch milliseconds.
 * @param longestAttempt How long a probe may be under way, in milliseconds.
 * @returns The very same object where nothing changed.
 */
export function clampGate(gate: Gate, now: number, longestAttempt: number): Gate {
  const { closedBy } = gate;
  const probeEvery = closedBy === null ? 0 : PROBE_AT_LEAST_EVERY_MS[closedBy];
  const probeAt = clampInstant(gate.probeAt, now, Math.max(probeEvery, longestAttempt));
  const pausedUntil = clampInstant(gate.pausedUntil, now, LONGEST_PAUSE_MS);
  const changedAt = clampInstant(gate.changedAt, now, LONGEST_PAUSE_MS);
  const since = clampInstant(gate.since, now, 0);
  const isSame =
    probeAt === gate.probeAt &&
    pausedUntil === gate.pausedUntil &&
    changedAt === gate.changedAt &&
    since === gate.since;
  return isSame ? gate : { ...gate, probeAt, pausedUntil, changedAt, since };
}

/** Whether new reports may go at once, as many as come: neither closed nor slowed. */
export function isWideOpen(gate: Gate): boolean {
  return gate.closedBy === null && gate.perSecond >= FASTEST_PER_SECOND;
}

/** Why reports of a key do not go at full speed. */
export type HeldBackBy = ClosedBy | "throttled" | "recovering";

/**
 * Why a gate is not wide open. A gate that was closed opens slowly, which looks like a throttled one: only a refusal
 * by 429 sets a pause that ends after the change began.
 *
 * @returns `recovering`: Vonage takes reports again, and the waiting ones go out at a growing pace.
 */
export function heldBackBy(gate: Gate): HeldBackBy | undefined {
  if (isWideOpen(gate)) return undefined;
  return gate.closedBy ?? (gate.pausedUntil > gate.since ? "throttled" : "recovering");
}

/**
 * When something may go next.
 *
 * @param now Epoch milliseconds.
 * @returns Epoch milliseconds, not before `now`.
 */
export function opensAt(gate: Gate, now: number): number {
  return Math.max(now, gate.pausedUntil, gate.closedBy === null ? 0 : gate.probeAt);
}

/** A closed gate after one report was let through: the next must wait for its outcome, or for longer than it can take. */
export function withProbeSent(gate: Gate, now: number, longestAttempt: number): Gate {
  return { ...gate, probes: gate.probes + 1, probeAt: now + longestAttempt };
}

/**
 * What an attempt's end says of its key.
 *
 * @param isProbe Whether it was let through a closed gate: others were begun before it closed, and say nothing new.
 * @param now Epoch milliseconds.
 * @param random Uniform in [0, 1).
 * @returns The very same object where nothing changed.
 */
export function afterAttempt(gate: Gate, ended: Ended, isProbe: boolean, now: number, random: number): Gate {
  switch (ended.code) {
    case null:
    case "rejected":
      return afterAnswer(gate, now);
    case "rate_limited":
      // Vonage answers again; of a key that it refuses this says nothing.
      if (gate.closedBy === "outage") return slowDown(afterAnswer(gate, now), ended.retryAfter, now);
      if (gate.closedBy !== null) return isProbe ? close(gate, gate.closedBy, now, random) : gate;
      return slowDown(gate, ended.retryAfter, now);
    case "unauthorized":
    case "not_enabled":
      if (gate.closedBy === ended.code && !isProbe) return gate;
      return close(gate, ended.code, now, random);
    default: {
      if (gate.closedBy !== null) return isProbe ? close(gate, gate.closedBy, now, random) : gate;
      const failures = gate.failures + 1;
      return failures < FAILURES_TO_CLOSE ? { ...gate, failures } : close(gate, "outage", now, random);
    }
  }
}

function close(gate: Gate, closedBy: ClosedBy, now: number, random: number): Gate {
  const again = gate.closedBy === closedBy;
  const probes = again ? gate.probes : 0;
  const wait = Math.min(PROBE_FIRST_MS[closedBy] * 2 ** probes, PROBE_AT_LEAST_EVERY_MS[closedBy]);
  // Half of it at random, so that the shards do not probe together.
  const probeAt = Math.round(now + wait * (0.5 + random / 2));
  return { ...gate, closedBy, since: again ? gate.since : now, probes, probeAt, failures: 0 };
}

/** Vonage took it, or refused it for its own sake: the key is good. */
function afterAnswer(gate: Gate, now: number): Gate {
  if (gate.closedBy !== null) {
    return {
      ...OPEN_GATE,
      since: now,
      perSecond: FIRST_PER_SECOND,
      careful: gate.careful,
      changedAt: now,
      pausedUntil: gate.pausedUntil,
    };
  }
  if (gate.perSecond >= FASTEST_PER_SECOND) return gate.failures === 0 ? gate : { ...gate, failures: 0 };
  // Not while it pauses, which further refusals may have prolonged.
  const seconds = Math.max(0, now - Math.max(gate.changedAt, gate.pausedUntil)) / 1000;
  const eager = Math.min(gate.perSecond * GROWTH_PER_SECOND ** seconds, gate.careful);
  const careful = gate.perSecond * CAREFUL_GROWTH_PER_SECOND ** seconds;
  const perSecond = Math.min(Math.max(eager, careful), FASTEST_PER_SECOND);
  if (perSecond >= FASTEST_PER_SECOND) return OPEN_GATE;
  return { ...gate, failures: 0, perSecond, changedAt: Math.max(now, gate.changedAt) };
}

/** One slowing for all that was refused at once: requests that were under way then do not count again. */
function slowDown(gate: Gate, retryAfter: number | undefined, now: number): Gate {
  const pausedUntil = Math.max(
    gate.pausedUntil,
    now + Math.min(Math.max(retryAfter ?? 0, SHORTEST_PAUSE_MS), LONGEST_PAUSE_MS),
  );
  if (now < gate.pausedUntil) return { ...gate, failures: 0, pausedUntil };
  const wide = gate.perSecond >= FASTEST_PER_SECOND;
  const perSecond = wide ? FIRST_PER_SECOND : Math.max(gate.perSecond * BACK_OFF, SLOWEST_PER_SECOND);
  return {
    ...gate,
    failures: 0,
    perSecond,
    careful: wide ? FASTEST_PER_SECOND : perSecond,
    since: wide ? now : gate.since,
    changedAt: pausedUntil,
    pausedUntil,
  };
}

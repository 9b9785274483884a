// Off by default. A paused segment gets no new codes for an hour, doubling up to twelve, never for good.

import type { Alarm, PartialSegment } from "./answer.ts";
import { matches, toPartialKey } from "./partial-segment.ts";
import type { Segment } from "./segment.ts";

/** The pauses by `toPartialKey`, as plain JSON. */
export type Pauses = Readonly<Record<string, Pause>>;

/** Times are epoch milliseconds. */
export interface Pause {
  readonly segment: PartialSegment;
  readonly from: number;
  readonly until: number;
}

export interface PauseSettings {
  /** `pumping`: an alarm whose cause is pumping pauses its segment. */
  readonly mode: "off" | "pumping";
  /** Countries (ISO 3166) and networks (MCCMNC) that are never paused. */
  readonly never: readonly string[];
}

const HOUR_MS = 3_600_000;
const LONGEST_MS = 12 * HOUR_MS;

/** A segment that needs another pause within a day after the last one gets a longer one. */
const REMEMBERED_MS = 24 * HOUR_MS;

/** Of 20 messages one still goes, so that a recovery is seen. */
const SAMPLE = 0.05;

/** Many alarms at once must not grow the list without bound. */
const MOST_PAUSES = 500;

/**
 * Decides which segments are paused. Call it with every evaluation of the rules.
 *
 * @param alarms The open alarms.
 * @param now Epoch milliseconds.
 * @returns The pauses that hold, and those of the last day.
 */
export function decidePauses(
  pauses: Pauses,
  alarms: readonly Alarm[],
  settings: PauseSettings,
  now: number,
): Pauses {
  const next = new Map(Object.entries(pauses).filter(([, pause]) => isRemembered(pause, settings, now)));
  for (const alarm of alarms) {
    const segment = segmentToPause(alarm);
    const key = toPartialKey(segment);
    const last = next.get(key);
    if (!mayPause(alarm, settings) || (last !== undefined && last.until > now)) continue;
    if (last === undefined && next.size >= MOST_PAUSES) continue;
    const length = last === undefined ? HOUR_MS : Math.min(2 * (last.until - last.from), LONGEST_MS);
    next.set(key, { segment, from: now, until: now + length });
  }
  return Object.fromEntries(next);
}

/**
 * Finds until when a message must not be sent because its segment is paused. Of a paused segment's messages, 5 % pass.
 *
 * @param segment Where the message would go. Before a number's first message its network is unknown, so only pauses of
 * whole countries hold.
 * @param random Uniform in [0, 1).
 * @returns Epoch milliseconds; `undefined`: the message may be sent.
 */
export function findPauseEnd(
  pauses: Pauses,
  segment: Segment,
  now: number,
  random: number,
): number | undefined {
  const ends = findPauses(pauses, segment, now).map(({ until }) => until);
  return random < SAMPLE || ends.length === 0 ? undefined : Math.max(...ends);
}

/** Adds to each open alarm the end of its segment's pause. */
export const withPauses = (alarms: readonly Alarm[], pauses: Pauses, now: number): Alarm[] =>
  alarms.map((alarm) => {
    const pause = pauses[toPartialKey(segmentToPause(alarm))];
    const holds =
      alarm.endedAt === null && alarm.cause === "pumping" && pause !== undefined && pause.until > now;
    return { ...alarm, paused: holds ? { until: new Date(pause.until).toISOString() } : null };
  });

/**
 * A number's network is unknown before a message to it was sent. So where most of a country's messages go to the network,
 * the whole country is paused.
 */
function segmentToPause({ segment, figures }: Alarm): PartialSegment {
  const { network, ...country } = segment;
  return network === undefined || (figures.shareOfCountry ?? 0) < 0.5 ? segment : country;
}

function mayPause({ cause, severity, endedAt, segment }: Alarm, { mode, never }: PauseSettings): boolean {
  const { country, network } = segment;
  return (
    mode === "pumping" &&
    cause === "pumping" &&
    severity === "critical" &&
    endedAt === null &&
    country !== undefined &&
    !never.includes(country) &&
    !(network !== undefined && never.includes(network))
  );
}

/** Pauses end at once when the operator turns them off, or allows the segment. A clock that was ahead prolongs none. */
function isRemembered({ segment, from, until }: Pause, { mode, never }: PauseSettings, now: number): boolean {
  const isAllowed = [segment.country, segment.network].some(
    (code) => code !== undefined && never.includes(code),
  );
  return mode === "pumping" && !isAllowed && from <= now && until > now - REMEMBERED_MS;
}

const findPauses = (pauses: Pauses, segment: Segment, now: number): Pause[] =>
  Object.values(pauses).filter((pause) => pause.until > now && matches(segment, pause.segment));

// A message as the rule about number blocks sees it: keyed hashes, the time, and its outcome. It is stored beside the
// counters that the message changed, so that an object that was evicted between two messages finds it again.

import type { CountedMessage } from "../../../../src/insight/contribution.ts";
import { parseJson } from "../../../../src/shared/parse-json.ts";

/** A message that was settled, or whose outcome has changed. */
export interface Sighting {
  /** Keyed hashes of the number's block and of the number. */
  readonly block: string;
  readonly person: string;
  readonly country: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly converted: boolean;
  /** It was counted as not converted before: a late reply. */
  readonly isLate: boolean;
}

/** Enough for a quiet object. A busy one stays in memory. */
const MOST_STORED = 20;

/** @returns `undefined` where there is nothing new for the rule. */
export function toSighting(
  before: CountedMessage | undefined,
  { facts, delivered }: CountedMessage,
  at: number,
): Sighting | undefined {
  const { block, person, country = "", cause } = facts ?? {};
  if (block === undefined || person === undefined || delivered === null) return undefined;
  if (before?.delivered === delivered || cause !== undefined) return undefined;
  return { block, person, country, at, converted: delivered, isLate: before?.delivered === false };
}

/** Adds a sighting; a late reply takes the place of the same person's earlier one. */
export function addSighting(known: readonly Sighting[], sighting: Sighting): Sighting[] {
  const { block, person, isLate } = sighting;
  const earlier = isLate ? known.findIndex((one) => one.block === block && one.person === person) : -1;
  return [...known.filter((_, index) => index !== earlier), sighting];
}

/** Those that are stored with one counter. */
export const lastSightings = (sightings: readonly Sighting[]): readonly Sighting[] =>
  sightings.slice(-MOST_STORED);

/** Writes sightings as short lists; `null`: there are none. */
export function formatSightings(sightings: readonly Sighting[]): string | null {
  if (sightings.length === 0) return null;
  return JSON.stringify(
    sightings.map(({ block, person, at, converted }) => [block, person, at, Number(converted)]),
  );
}

/** Reads what {@link formatSightings} wrote. What cannot be read counts as absent. */
export function parseSightings(text: unknown, country: string): Sighting[] {
  const stored = typeof text === "string" ? parseJson(text) : undefined;
  if (!Array.isArray(stored)) return [];
  return stored.flatMap((one: unknown) => {
    const [block, person, at, converted] = Array.isArray(one) ? one : [];
    return typeof block === "string" && typeof person === "string" && Number.isSafeInteger(at)
      ? [{ block, person, country, at, converted: converted === 1, isLate: false }]
      : [];
  });
}

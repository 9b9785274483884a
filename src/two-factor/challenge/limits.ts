// How many messages may be sent, against SMS pumping: bots that request codes for numbers whose carriers share the
// price with them. Sliding windows over counts in parts of the window, so that memory is bounded: a part that the
// window has left but half still counts whole, so no window ever holds more than its limit.

/**
 * What is limited: one number, one end user's address, a number's block of 10 000 neighbours, one country, one caller,
 * and everything together.
 */
export type LimitKind = "number" | "address" | "prefix" | "country" | "caller" | "total";

/** In the order in which they are looked at: the narrowest that is reached is named. */
export const LIMIT_KINDS: readonly LimitKind[] = [
  "number",
  "address",
  "prefix",
  "country",
  "caller",
  "total",
];

/** At most so many messages in any period of so many milliseconds. */
export interface Limit {
  readonly messages: number;
  readonly period: number;
}

/** Addresses and countries need not be limited. */
export type Limits = Readonly<Record<"number" | "prefix" | "caller" | "total", Limit>> & {
  readonly address?: Limit | undefined;
  /** Each country on its own. */
  readonly country?: Limit | undefined;
};

const HOUR_MS = 3_600_000;

/** What holds where nothing is said. Fit for a service of some ten thousand users; others set their own. */
export const DEFAULT_LIMITS: Limits = {
  number: { messages: 5, period: HOUR_MS },
  // An office or a mobile carrier may share one IPv4 address among many users.
  address: { messages: 10, period: HOUR_MS },
  prefix: { messages: 20, period: HOUR_MS },
  caller: { messages: 1000, period: HOUR_MS },
  total: { messages: 2000, period: HOUR_MS },
};

/** How many messages were sent in each part of time, by the part's index. */
export type Counts = ReadonlyMap<number, number>;

/** Into how many parts a window is cut. */
const PARTS = 12;

/** The index of the part that an instant falls into. */
export function partOf(now: number, { period }: Limit): number {
  return Math.floor((now * PARTS) / period);
}

/** The index of the oldest part that a window which ends now still touches. */
export function oldestPart(now: number, limit: Limit): number {
  return partOf(now, limit) - PARTS;
}

/** The instant at which no window touches a part any more, and what was counted in it is of no use. */
export function endOfPart(part: number, { period }: Limit): number {
  return Math.ceil(((part + PARTS + 1) * period) / PARTS);
}

/**
 * Whether one more message may go.
 *
 * @param now Epoch milliseconds.
 * @returns 0: it may; otherwise in how many milliseconds one may at the earliest.
 */
export function waitFor(counts: Counts, limit: Limit, now: number): number {
  const oldest = oldestPart(now, limit);
  const newestFirst = [...counts].filter(([part]) => part >= oldest).sort(([a], [b]) => b - a);
  let sum = 0;
  for (const [part, count] of newestFirst) {
    sum += count;
    // This part must go; it is out of reach when the window touches only those after it.
    if (sum >= limit.messages) return endOfPart(part, limit) - now;
  }
  return 0;
}

/** A number's block of 10 000, which is how numbers are rented. */
export function toPrefix(number: string): string {
  return number.slice(0, -4);
}

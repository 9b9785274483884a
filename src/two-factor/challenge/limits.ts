// Limits on sent messages, against SMS pumping: bots request codes for numbers whose carriers share the price with them.
// Each limit is a sliding window. It counts by parts of the window, so that memory is bounded. A part counts in full
// until the window has left it completely, so no window ever contains more messages than its limit.

/**
 * The subject of a limit: a number, an end user's address, a number's block of 10 000 neighbours, a country, a caller, or
 * all messages together.
 */
export type LimitKind = "number" | "address" | "prefix" | "country" | "caller" | "total";

/** In the order of checking: a refusal names the narrowest limit that was reached. */
export const LIMIT_KINDS: readonly LimitKind[] = [
  "number",
  "address",
  "prefix",
  "country",
  "caller",
  "total",
];

export interface Limit {
  /** Most messages in any period of this length. */
  readonly messages: number;
  /** Milliseconds. */
  readonly period: number;
}

/** Limits by address and by country are optional. */
export type Limits = Readonly<Record<"number" | "prefix" | "caller" | "total", Limit>> & {
  readonly address?: Limit | undefined;
  /** For each country separately. */
  readonly country?: Limit | undefined;
};

const HOUR_MS = 3_600_000;

/** The defaults: enough for a service with about ten thousand users. */
export const DEFAULT_LIMITS: Limits = {
  number: { messages: 5, period: HOUR_MS },
  // An office or a mobile carrier may share one IPv4 address among many users.
  address: { messages: 10, period: HOUR_MS },
  prefix: { messages: 20, period: HOUR_MS },
  caller: { messages: 1000, period: HOUR_MS },
  total: { messages: 2000, period: HOUR_MS },
};

/** Sent messages, by the index of the part of time. */
export type Counts = ReadonlyMap<number, number>;

/** Parts of a window. */
const PARTS = 12;

/** The index of the part that contains an instant. */
export function partOf(now: number, { period }: Limit): number {
  return Math.floor((now * PARTS) / period);
}

/** The index of the oldest part that the window up to now still touches. */
export function oldestPart(now: number, limit: Limit): number {
  return partOf(now, limit) - PARTS;
}

/** The instant from which no window touches a part, so that its count can be deleted. */
export function endOfPart(part: number, { period }: Limit): number {
  return Math.ceil(((part + PARTS + 1) * period) / PARTS);
}

/**
 * Milliseconds until one more message may go; 0: it may go now.
 *
 * @param now Epoch milliseconds.
 */
export function waitFor(counts: Counts, limit: Limit, now: number): number {
  const oldest = oldestPart(now, limit);
  const newestFirst = [...counts].filter(([part]) => part >= oldest).sort(([a], [b]) => b - a);
  let sum = 0;
  for (const [part, count] of newestFirst) {
    sum += count;
    // The window must leave this part first.
    if (sum >= limit.messages) return endOfPart(part, limit) - now;
  }
  return 0;
}

/** A number's block of 10 000. Numbers are rented in such blocks. */
export function toPrefix(number: string): string {
  return number.slice(0, -4);
}

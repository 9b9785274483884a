/**
 * Counters by name, such as `{ sent: 3, converted: 2 }`; zero is left out. Adding is associative and commutative, and a
 * difference is exact, because prices are whole numbers too. Names of a later version are carried along.
 *
 * | name | counts |
 * |---|---|
 * | `sent` | messages that Vonage took |
 * | `converted`, `notConverted`, `superseded`, `cancelled` | settled messages, by outcome |
 * | `refused.<status>` | messages that Vonage refused, by the SMS API's status or our error code |
 * | `uncertain` | messages that Vonage may or may not have accepted |
 * | `receipt.<class>.<outcome>` | settled messages, by receipt (`none`: there is none) and outcome |
 * | `receiptEarly.<class>` | receipts of messages that are not settled |
 * | `ttc.<i>` | converted messages, by bucket of the time to convert |
 * | `lag.<i>` | recorded reports, by bucket of the time from the event to Vonage's 200 |
 * | `dead` | reports that were given up |
 * | `priced`, `price`, `priceNotConverted` | messages with a known price, and sums of it in 1e-8 EUR |
 * | `firstNotConverted`, `rescued` | first messages of a challenge without conversion, and those whose challenge a later message verified |
 * | `other` | messages counted here because their own segment was one too many |
 */
export type Counts = Readonly<Record<string, number>>;

export const NO_COUNTS: Counts = Object.freeze({});

/** Adds counters, name by name. */
export const addCounts = (a: Counts, b: Counts): Counts => combine(a, b, 1);

/** Subtracts counters, name by name. The result can be negative: a late `true` takes a message from `notConverted`. */
export const subtractCounts = (a: Counts, b: Counts): Counts => combine(a, b, -1);

/** Nothing is counted. */
export function isEmpty(counts: Counts): boolean {
  for (const _ in counts) return false;
  return true;
}

/** Finds the counters whose names begin with a prefix, by the rest of the name. */
export function countsBelow(counts: Counts, prefix: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const [name, count] of Object.entries(counts)) {
    if (name.startsWith(prefix)) found.set(name.slice(prefix.length), count);
  }
  return found;
}

/** A map in between, because a counter may have any name, even `__proto__`. */
function combine(a: Counts, b: Counts, factor: 1 | -1): Counts {
  const sums = new Map(Object.entries(a));
  for (const [name, count] of Object.entries(b)) {
    const sum = (sums.get(name) ?? 0) + factor * count;
    if (sum === 0) sums.delete(name);
    else sums.set(name, sum);
  }
  return Object.fromEntries(sums);
}

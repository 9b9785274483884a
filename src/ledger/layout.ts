// How messages are spread over the shards of a ledger, and how that may change while Workers with different settings
// run at once. Pure.
//
// A message has a row in one shard only. A shard makes a row for a message that it does not have when the message is at
// home in it by the layout in force, and when every shard where the message was at home before has confirmed that
// layout and has no row. A shard that has confirmed a layout makes no rows by an older one. Layouts are numbered by one
// authority (the first shard), so of two the later one is known to all.

/** How messages are spread. */
export interface Layout {
  /** Counts the changes, from 1; 0 is a Worker's setting, which the authority has not confirmed. */
  readonly generation: number;
  /** When it came into force, epoch milliseconds. */
  readonly since: number;
  /** How many shards there are; then how many there were before, the latest first. */
  readonly counts: readonly number[];
}

/**
 * How long a former count is remembered: longer than any row waits or is kept among the dead (30 days), so no message
 * can be in a shard that is not asked.
 */
export const FORMER_MS = 31 * 24 * 3_600_000;

/** Workers with the former setting run on for minutes after a deployment; they must not change the layout back. */
export const SETTLING_MS = 3_600_000;

/** Each former count costs a look-up for new messages. */
const MOST_COUNTS = 8;

/** A setting as a layout that is not confirmed. */
export const toUnconfirmed = (counts: readonly number[]): Layout => ({ generation: 0, since: 0, counts });

/** The shard that a message belongs to. */
export const homeOf = (hash: number, { counts: [count = 1] }: Layout): number => hash % count;

/** The other shards that a message may be in, each once. */
export function formerHomesOf(hash: number, layout: Layout): number[] {
  const home = homeOf(hash, layout);
  return [...new Set(layout.counts.map((count) => hash % count))].filter((index) => index !== home);
}

/** The counts that matter: former ones end some time after the last change. */
function remembered({ since, counts }: Layout, now: number): readonly number[] {
  return now - since >= FORMER_MS ? counts.slice(0, 1) : counts;
}

/**
 * What a shard makes of the layout that a Worker calls it by.
 *
 * @param stored What the shard has confirmed.
 * @param now Epoch milliseconds.
 * @returns `agreed`: go on. `adopt`: store the Worker's layout, then go on. `moved`: do nothing; the Worker must ask the
 * authority, or take the shard's layout where that is newer.
 */
export function judge(stored: Layout | undefined, asked: Layout, now: number): "agreed" | "adopt" | "moved" {
  if (asked.generation === 0) {
    // Without a question to the authority only where there is nothing to be in doubt about.
    const [count, ...former] = asked.counts;
    const known = stored === undefined ? [] : remembered(stored, now);
    return former.length === 0 && known.length === 1 && known[0] === count ? "agreed" : "moved";
  }
  if (stored === undefined || stored.generation < asked.generation) return "adopt";
  return stored.generation === asked.generation ? "agreed" : "moved";
}

/**
 * What the authority makes of a Worker's setting.
 *
 * @param stored The layout in force.
 * @param wanted How many shards there should be; then the former numbers that the setting names.
 * @param now Epoch milliseconds.
 * @returns The layout in force from now on; the very same object: nothing changed. A former count that the setting does
 * not name is remembered all the same.
 */
export function propose(stored: Layout | undefined, wanted: readonly number[], now: number): Layout {
  if (stored === undefined) return { generation: 1, since: now, counts: [...new Set(wanted)] };
  const { generation, since } = stored;
  const known = remembered(stored, now);
  const [count = 1] = wanted;
  if (known[0] === count)
    return known.length === stored.counts.length ? stored : { ...stored, counts: known };
  if (known.includes(count) && now - since < SETTLING_MS) return stored;
  const counts = [...new Set([count, ...known, ...wanted])];
  return counts.length > MOST_COUNTS ? stored : { generation: generation + 1, since: now, counts };
}

/**
 * Reads a stored layout.
 *
 * @returns `undefined` for what this version cannot have written.
 */
export function parseLayout(text: string): Layout | undefined {
  try {
    const layout = JSON.parse(text);
    const { generation, since, counts } = layout;
    const readable =
      Number.isInteger(generation) &&
      generation > 0 &&
      Number.isFinite(since) &&
      Array.isArray(counts) &&
      counts.length > 0 &&
      counts.every((count) => Number.isInteger(count) && count > 0);
    return readable ? { generation, since, counts } : undefined;
  } catch {
    return undefined;
  }
}

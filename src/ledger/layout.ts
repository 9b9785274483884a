// Spreads messages over the shards of a ledger. The number of shards can change while Workers with different settings
// run at once. Pure.
//
// Each message has a row in one shard only. A shard makes a new row under two conditions: it is the home of the message
// by the layout in force, and every former home has confirmed that layout and has no row. A shard that has confirmed a
// layout makes no rows by an older one. One authority (the first shard) numbers the layouts, so their order is clear.

/** A number of shards in force, with the former ones. */
export interface Layout {
  /** The number of the change, from 1; 0: a Worker's setting that the authority has not confirmed. */
  readonly generation: number;
  /** When it came into force, epoch milliseconds. */
  readonly since: number;
  /** The number of shards, then former numbers, the latest first. */
  readonly counts: readonly number[];
}

/**
 * The time that a former count is remembered: longer than any row is kept (30 days), so that no message is in a shard
 * that is not asked.
 */
export const FORMER_MS = 31 * 24 * 3_600_000;

/** Workers with the former setting run for minutes after a deployment. They must not change the layout back. */
export const SETTLING_MS = 3_600_000;

/** Each former count costs a look-up for new messages. */
const MOST_COUNTS = 8;

/** Makes an unconfirmed layout of a setting. */
export const toUnconfirmed = (counts: readonly number[]): Layout => ({ generation: 0, since: 0, counts });

/** Gives the shard that a message belongs to. */
export const homeOf = (hash: number, { counts: [count = 1] }: Layout): number => hash % count;

/** Gives the other shards that may hold a message, each once. */
export function formerHomesOf(hash: number, layout: Layout): number[] {
  // As nearly always.
  if (layout.counts.length === 1) return [];
  const home = homeOf(hash, layout);
  return [...new Set(layout.counts.map((count) => hash % count))].filter((index) => index !== home);
}

/** Drops former counts once no row of theirs can be left. */
function remembered({ since, counts }: Layout, now: number): readonly number[] {
  return now - since >= FORMER_MS ? counts.slice(0, 1) : counts;
}

/**
 * Compares the layout of a Worker with that of a shard.
 *
 * @param stored The layout that the shard has confirmed.
 * @param now Epoch milliseconds.
 * @returns `agreed`: go on. `adopt`: store the Worker's layout, then go on. `moved`: do nothing; the Worker must ask
 * the authority, or use the shard's layout if that is newer.
 */
export function judge(stored: Layout | undefined, asked: Layout, now: number): "agreed" | "adopt" | "moved" {
  if (asked.generation === 0) {
    // An unconfirmed layout is good enough only if no count has ever differed.
    const [count, ...former] = asked.counts;
    const known = stored === undefined ? [] : remembered(stored, now);
    return former.length === 0 && known.length === 1 && known[0] === count ? "agreed" : "moved";
  }
  if (stored === undefined || stored.generation < asked.generation) return "adopt";
  return stored.generation === asked.generation ? "agreed" : "moved";
}

/**
 * Decides on a Worker's setting, as the authority.
 *
 * @param stored The layout in force.
 * @param wanted The number of shards in the setting, then the former numbers that it names.
 * @param now Epoch milliseconds.
 * @returns The layout in force from now on; the very same object: nothing changed. Former counts are remembered even if
 * the setting does not name them.
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
 * @returns `undefined` for JSON that no version can have written.
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

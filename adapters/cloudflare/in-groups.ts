/** Cloudflare lets a request have six connections open at a time. */
const ASKED_AT_ONCE = 6;

/** Calls `ask` for every index from `from` up to, not including, `to`; a few at a time. */
export async function inGroups<T>(
  from: number,
  to: number,
  ask: (index: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  for (let first = from; first < to; first += ASKED_AT_ONCE) {
    const group = Array.from({ length: Math.min(ASKED_AT_ONCE, to - first) }, (_, at) => ask(first + at));
    results.push(...(await Promise.all(group)));
  }
  return results;
}

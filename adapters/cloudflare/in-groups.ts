/** Objects asked at the same time: what the platform lets one request have open. */
const ASKED_AT_ONCE = 6;

/** Asks objects, a few at a time: from one, up to but without another. */
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

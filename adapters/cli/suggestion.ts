import { measureDistance } from "../../src/shared/edit-distance.ts";

/** Longer texts are no typing errors. */
const LONGEST = 40;

/** Formats ` Did you mean X?` for the nearest known name; nothing if none is near. */
export function suggest(given: string, known: readonly string[]): string {
  const nearest = findNearest(given.toLowerCase(), known);
  return nearest === undefined ? "" : ` Did you mean ${nearest}?`;
}

function findNearest(given: string, known: readonly string[]): string | undefined {
  if (given.length > LONGEST) return undefined;
  const ranked = known
    .map((name) => ({ name, distance: measureDistance(given, name) }))
    .sort((one, other) => one.distance - other.distance);
  const [best] = ranked;
  if (best === undefined) return undefined;
  if (best.distance <= Math.max(1, Math.floor(best.name.length / 3))) return best.name;
  const begun = known.filter((name) => given.length > 1 && name.startsWith(given));
  return begun.length === 1 ? begun[0] : undefined;
}

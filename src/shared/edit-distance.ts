/**
 * Counts how many letters must be added, removed, replaced or swapped with a neighbour to turn one text into the other
 * (optimal string alignment). The time grows with the product of the lengths.
 */
export function measureDistance(one: string, other: string): number {
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const cost = one[i - 1] === other[j - 1] ? 0 : 1;
      const isSwapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      row[j] = Math.min(
        Number(row[j - 1]) + 1,
        Number(last[j]) + 1,
        Number(last[j - 1]) + cost,
        isSwapped ? Number(before[j - 2]) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [before, last] = [last, row];
  }
  return Number(last[other.length]);
}

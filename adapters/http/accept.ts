/**
 * Chooses among the types that can be served (RFC 9110, 12.5.1). The first is served to callers that accept anything,
 * and to those that accept none of them.
 */
export function chooseType<T extends string>(accept: string | null, served: readonly [T, ...T[]]): T {
  const wanted = (accept ?? "*/*").slice(0, LONGEST).split(",").map(readRange);
  let [best] = served;
  let weight = 0;
  for (const type of served) {
    const its = weightOf(type, wanted);
    if (its > weight) [best, weight] = [type, its];
  }
  return best;
}

const LONGEST = 1000;

interface Range {
  readonly type: string;
  readonly weight: number;
}

function readRange(text: string): Range {
  const [type = "", ...parameters] = text.split(";").map((part) => part.trim().toLowerCase());
  const weight = parameters.find((one) => one.startsWith("q="))?.slice(2);
  return { type, weight: weight === undefined ? 1 : Number(weight) || 0 };
}

/** The most specific range decides. */
function weightOf(type: string, wanted: readonly Range[]): number {
  const [main] = type.split("/");
  for (const range of [type, `${main}/*`, "*/*"]) {
    const found = wanted.find((one) => one.type === range);
    if (found !== undefined) return found.weight;
  }
  return 0;
}

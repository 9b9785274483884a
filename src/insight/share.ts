import type { Share } from "./answer.ts";

/** Fewer messages say nothing: their interval is wider than 40 points. */
export const FEWEST_FOR_SHARE = 20;

/** The 97.5 % quantile of the normal distribution, for intervals of 95 %. */
const Z = 1.959963984540054;

/** Creates a share with its interval, both withheld where there are too few messages. */
export function toShare(count: number, of: number): Share {
  if (of < FEWEST_FOR_SHARE) return { count, of, share: null, low: null, high: null };
  return { count, of, share: round(count / of), ...toInterval(count, of) };
}

/**
 * The Wilson score interval at 95 %. Unlike the usual `± 1.96 σ` it stays within 0 and 1, and holds for few messages.
 *
 * @param of At least 1.
 */
export function toInterval(count: number, of: number): { readonly low: number; readonly high: number } {
  const z2 = Z * Z;
  const share = count / of;
  const centre = (share + z2 / (2 * of)) / (1 + z2 / of);
  const half = (Z / (1 + z2 / of)) * Math.sqrt((share * (1 - share)) / of + z2 / (4 * of * of));
  return { low: round(Math.max(0, centre - half)), high: round(Math.min(1, centre + half)) };
}

/** Shares have four digits: more would claim a precision that no count has. */
const round = (share: number) => Math.round(share * 1e4) / 1e4;

import type { ShareAnswer } from "./insight-answers.ts";

/** `41 of 70 (59 %, 47–69)`; counts alone where they are too few for a percentage. */
export function formatShare({ count, of, share, low, high }: ShareAnswer): string {
  const counts = `${count} of ${of}`;
  if (share === null || low === null || high === null) return counts;
  return `${counts} (${formatPercent(share)}, ${toPercent(low)}–${toPercent(high)})`;
}

export const formatPercent = (share: number): string => `${toPercent(share)} %`;

const toPercent = (share: number): number => Math.round(share * 100);

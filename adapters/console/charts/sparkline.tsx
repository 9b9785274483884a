import type { Point } from "../../../src/insight/answer.ts";
import { fillSteps, type Range } from "./steps.ts";

interface Props {
  readonly points: readonly Point[];
  readonly range: Range;
  readonly label: string;
}

const WIDTH = 120;
const HEIGHT = 28;

/** Draws the conversion of each step as a small line. Steps without a settled message leave a gap. */
export function Sparkline({ points: sent, range, label }: Props) {
  const points = fillSteps(sent, range);
  const last = points.length - 1;
  if (last < 1) return <span class="quiet">–</span>;
  let path = "";
  let pen = "M";
  for (const [index, { converted, notConverted }] of points.entries()) {
    const settled = converted + notConverted;
    if (settled === 0) {
      pen = "M";
      continue;
    }
    const x = (index / last) * WIDTH;
    const y = 2 + (1 - converted / settled) * (HEIGHT - 4);
    path += `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
    pen = "L";
  }
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      role="img"
      aria-label={label}
    >
      <path d={path} />
    </svg>
  );
}

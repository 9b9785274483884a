import type { Share } from "../../../src/insight/answer.ts";
import { toPercent, toShareText } from "../format.ts";
import { toX } from "./scale.ts";

interface Marks {
  readonly conversion: Share;
  /** The usual conversion of the route. */
  readonly baseline: number;
  /** The share of settled messages whose receipt says delivered. */
  readonly receipts: Share;
  readonly isBad: boolean;
}

const HEIGHT = 28;
const MIDDLE = HEIGHT / 2;
const DIAMOND = 5;

/** Draws one route between 0 and 100 %: the interval of its conversion, its baseline, and what its receipts claim. */
export function Interval({ conversion, baseline, receipts, isBad }: Marks) {
  const { count, of, low, high } = conversion;
  const claimed = receipts.of === 0 ? undefined : receipts.count / receipts.of;
  const known = of > 0;
  const label = [
    known ? `conversion ${toShareText(conversion)}` : "no settled message",
    `baseline ${toPercent(baseline)}`,
    ...(claimed === undefined ? [] : [`receipts say delivered: ${toPercent(claimed)}`]),
  ].join(", ");
  return (
    <svg class="interval" data-bad={isBad} height={HEIGHT} role="img" aria-label={label}>
      <line class="axis" x1="0" x2="100%" y1={MIDDLE} y2={MIDDLE} />
      {[0.25, 0.5, 0.75].map((share) => (
        <line key={share} class="grid" x1={toX(share)} x2={toX(share)} y1="4" y2={HEIGHT - 4} />
      ))}
      <line class="baseline" x1={toX(baseline)} x2={toX(baseline)} y1="3" y2={HEIGHT - 3} />
      {known && low !== null && high !== null && (
        <line class="band" x1={toX(low)} x2={toX(high)} y1={MIDDLE} y2={MIDDLE} />
      )}
      {claimed !== undefined && (
        <svg x={toX(claimed)} y={MIDDLE} overflow="visible" aria-hidden="true">
          <path class="receipts" d={`M0 ${-DIAMOND}L${DIAMOND} 0L0 ${DIAMOND}L${-DIAMOND} 0Z`} />
        </svg>
      )}
      {known && <circle class="dot" cx={toX(count / of)} cy={MIDDLE} r={low === null ? 4 : 6} />}
    </svg>
  );
}

/** Explains the marks of {@link Interval}. */
export function IntervalLegend() {
  return (
    <ul class="legend">
      <li>
        <svg width="34" height="14" aria-hidden="true">
          <line class="band" x1="3" x2="31" y1="7" y2="7" />
          <circle class="dot" cx="17" cy="7" r="5" />
        </svg>
        Users came back (95 % interval)
      </li>
      <li>
        <svg width="8" height="14" aria-hidden="true">
          <line class="baseline" x1="4" x2="4" y1="0" y2="14" />
        </svg>
        Usual conversion
      </li>
      <li>
        <svg width="14" height="14" aria-hidden="true">
          <path class="receipts" d="M7 2L12 7L7 12L2 7Z" />
        </svg>
        Carrier claims delivered
      </li>
    </ul>
  );
}

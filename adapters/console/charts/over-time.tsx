import type { Point } from "../../../src/insight/answer.ts";
import { toCount, toPercent, toShareText, toTime } from "../format.ts";
import { fillSteps, type Range } from "./steps.ts";

interface Props {
  readonly points: readonly Point[];
  readonly range: Range;
  readonly baseline?: number;
  readonly title: string;
}

const WIDTH = 1000;
const HEIGHT = 220;
const DAY_S = 86_400;
const LABELS = 6;

const toY = (share: number): number => (1 - share) * HEIGHT;

/** Draws conversion over time: the line with its 95 % band, what receipts claim, and the volume below. */
export function OverTime({ points: sent, range, baseline, title }: Props) {
  const { step } = range;
  const points = fillSteps(sent, range);
  const at = (index: number) => ((index + 0.5) / points.length) * WIDTH;
  const settledOf = ({ converted, notConverted }: Point) => converted + notConverted;
  const most = Math.max(1, ...points.map(({ sent }) => sent));
  const stretches = toStretches(points, (point) => point.low !== null && point.high !== null);
  const withDay = step >= 3600;
  const every = Math.max(1, Math.ceil(points.length / LABELS));
  return (
    <figure class="over-time">
      <div class="plot">
        <ol class="y-axis" aria-hidden="true">
          {["100 %", "50 %", "0 %"].map((label) => (
            <li key={label}>{label}</li>
          ))}
        </ol>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={title}>
          {[0, 0.25, 0.5, 0.75, 1].map((share) => (
            <line key={share} class="grid" x1="0" x2={WIDTH} y1={toY(share)} y2={toY(share)} />
          ))}
          {points.map((point, index) => (
            <rect
              key={point.at}
              class="volume"
              x={(index / points.length) * WIDTH + WIDTH / points.length / 8}
              width={(WIDTH / points.length) * 0.75}
              y={HEIGHT - (point.sent / most) * HEIGHT * 0.3}
              height={(point.sent / most) * HEIGHT * 0.3}
            />
          ))}
          {baseline !== undefined && (
            <line class="baseline" x1="0" x2={WIDTH} y1={toY(baseline)} y2={toY(baseline)} />
          )}
          {stretches.map((stretch) => (
            <path key={stretch[0]} class="area" d={toArea(stretch, points, at)} />
          ))}
          <path
            class="receipts-line"
            d={toLine(points, at, (point) =>
              settledOf(point) === 0 ? undefined : Math.min(1, point.receiptsDelivered / settledOf(point)),
            )}
          />
          <path
            class="line"
            d={toLine(points, at, (point) =>
              settledOf(point) === 0 ? undefined : point.converted / settledOf(point),
            )}
          />
        </svg>
        <ol class="x-axis" aria-hidden="true">
          {points.map((point, index) =>
            index % every === 0 ? (
              <li key={point.at} style={{ left: `${(index / points.length) * 100}%` }}>
                {toLabel(point.at, step)}
              </li>
            ) : undefined,
          )}
        </ol>
      </div>
      <ul class="legend">
        <li>
          <svg width="26" height="14" aria-hidden="true">
            <rect class="area" width="26" height="14" />
            <line class="line" x1="0" x2="26" y1="7" y2="7" />
          </svg>
          Users came back, with 95 % band
        </li>
        <li>
          <svg width="26" height="14" aria-hidden="true">
            <line class="receipts-line" x1="0" x2="26" y1="7" y2="7" />
          </svg>
          Carrier claims delivered
        </li>
        {baseline !== undefined && (
          <li>
            <svg width="26" height="14" aria-hidden="true">
              <line class="baseline" x1="0" x2="26" y1="7" y2="7" />
            </svg>
            Usual: {toPercent(baseline)}
          </li>
        )}
        <li>
          <svg width="14" height="14" aria-hidden="true">
            <rect class="volume" width="14" height="14" />
          </svg>
          Messages, at most {toCount(most)}
        </li>
      </ul>
      <details>
        <summary>Show as a table</summary>
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th scope="col">From</th>
                <th scope="col">Sent</th>
                <th scope="col">Converted</th>
                <th scope="col">Receipts “delivered”</th>
              </tr>
            </thead>
            <tbody>
              {points
                .filter(({ sent }) => sent > 0)
                .map((point) => (
                  <tr key={point.at}>
                    <th scope="row">{toTime(point.at, withDay)}</th>
                    <td>{toCount(point.sent)}</td>
                    <td>{toShareText({ ...point, count: point.converted, of: settledOf(point) })}</td>
                    <td>{toCount(point.receiptsDelivered)}</td>
                  </tr>
                ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}

function toLabel(at: string, step: number): string {
  if (step < DAY_S) return toTime(at, false);
  return new Date(at).toLocaleDateString(undefined, { day: "numeric", month: "short" });
}

function toLine(
  points: readonly Point[],
  at: (index: number) => number,
  shareOf: (point: Point) => number | undefined,
): string {
  let path = "";
  let pen = "M";
  for (const [index, point] of points.entries()) {
    const share = shareOf(point);
    if (share === undefined) pen = "M";
    else {
      path += `${pen}${at(index).toFixed(1)} ${toY(share).toFixed(1)}`;
      pen = "L";
    }
  }
  return path;
}

/** Gives the runs of neighbouring points that fulfil a condition, as their indices. */
function toStretches(points: readonly Point[], fulfils: (point: Point) => boolean): number[][] {
  const stretches: number[][] = [];
  let open: number[] | undefined;
  for (const [index, point] of points.entries()) {
    if (!fulfils(point)) open = undefined;
    else if (open === undefined) {
      open = [index];
      stretches.push(open);
    } else open.push(index);
  }
  return stretches;
}

function toArea(stretch: readonly number[], points: readonly Point[], at: (index: number) => number): string {
  const edge = (index: number, share: number | null | undefined) =>
    `${at(index).toFixed(1)} ${toY(share ?? 0).toFixed(1)}`;
  const upper = stretch.map((index) => edge(index, points[index]?.high));
  const lower = [...stretch].reverse().map((index) => edge(index, points[index]?.low));
  return `M${[...upper, ...lower].join("L")}Z`;
}

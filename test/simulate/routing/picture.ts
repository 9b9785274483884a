// The picture of docs/routing.md. It has a background of its own, so it can be read on a light page and on a dark one.

import { type Cell, RECEIPTS, ROWS } from "./studies.ts";

/** The hours around the outage: the share that arrives, in percent. */
export interface OutageLine {
  readonly name: string;
  readonly points: readonly number[];
}

const WIDTH = 860;
const LEFT = 150;
const PANEL = 212;
const GAP = 20;
const TOP = 84;
const ROW = 36;
const LEAST = 40;
const TICKS = [40, 60, 80, 100];
const WAYS = Object.keys(ROWS).filter((row) => !row.startsWith("bound"));
const BOTTOM = TOP + WAYS.length * ROW;
const CHART_TOP = BOTTOM + 110;
const CHART_HEIGHT = 170;
const HEIGHT = CHART_TOP + CHART_HEIGHT + 56;

const STYLE = `
  .page { fill: #fff; stroke: #d0d7de }
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600; font-size: 15px }
  .soft { fill: #59636e; font-size: 12px }
  .grid { stroke: #d8dee4 }
  .bound { stroke: #59636e; stroke-dasharray: 4 3 }
  .spread { stroke-width: 2 }
  .line { fill: none; stroke-width: 2.5; stroke-linejoin: round }
  .good { fill: #0a7d5a; stroke: #0a7d5a } .fair { fill: #b25e00; stroke: #b25e00 } .bad { fill: #c0262d; stroke: #c0262d }
  .line.good, .line.fair, .line.bad { fill: none }
  text.good, text.fair, text.bad { stroke: none; font-weight: 600 }
  .band { fill: #818b98; opacity: .14 }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117; stroke: #3d444d }
    text { fill: #f0f6fc } .soft { fill: #9198a1 } .grid { stroke: #2a313c } .bound { stroke: #9198a1 }
    .good { fill: #3fb68b; stroke: #3fb68b } .fair { fill: #e3952f; stroke: #e3952f } .bad { fill: #ff7b72; stroke: #ff7b72 }
  }`;

/** Draws the picture as SVG. */
export function drawPicture(
  cells: readonly Cell[],
  outage: readonly OutageLine[],
  outageHours: readonly [number, number],
): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-labelledby="title description">
<title id="title">Share of messages that arrive, by the way of reporting</title>
<desc id="description">${describe(cells)}</desc>
<style>${STYLE}</style>
<rect class="page" x=".5" y=".5" width="${WIDTH - 1}" height="${HEIGHT - 1}" rx="8"/>
<text class="title" x="20" y="30">Messages that arrive in a simulated week, by the way outcomes are reported</text>
${RECEIPTS.map((receipts, index) => drawPanel(cells, receipts, LEFT + index * (PANEL + GAP))).join("\n")}
${WAYS.map((way, row) => `<text x="${LEFT - 14}" y="${rowY(row) + 9}" text-anchor="end">${way}</text>`).join("\n")}
<text class="soft" x="${LEFT}" y="${BOTTOM + 40}">Dashed: a carrier by chance (left) and always the best one (right). Bars: one standard deviation between seeds.</text>
${drawOutage(outage, outageHours)}
</svg>
`;
}

const rowY = (row: number) => TOP + row * ROW + ROW / 2;
const toX = (percent: number) => (PANEL * (Math.max(LEAST, percent) - LEAST)) / (100 - LEAST);
const round = (value: number) => Math.round(value * 10) / 10;

function drawPanel(cells: readonly Cell[], receipts: Cell["receipts"], left: number): string {
  const own = cells.filter((one) => one.receipts === receipts);
  const bounds = own.filter(({ row }) => row.startsWith("bound"));
  const ticks = TICKS.map((tick) => {
    const x = round(toX(tick));
    const anchor = tick === LEAST ? "start" : tick === 100 ? "end" : "middle";
    return `<line class="grid" x1="${x}" x2="${x}" y1="${TOP}" y2="${BOTTOM}"/>
<text class="soft" x="${x}" y="${BOTTOM + 18}" text-anchor="${anchor}">${tick} %</text>`;
  });
  const dashes = bounds.map(
    ({ mean }) =>
      `<line class="bound" x1="${round(toX(mean))}" x2="${round(toX(mean))}" y1="${TOP}" y2="${BOTTOM}"/>`,
  );
  const dots = WAYS.map((way, row) => {
    const cell = own.find((one) => one.row === way);
    if (cell === undefined) return "";
    const { mean, spread } = cell;
    const tone = toTone(mean, bounds);
    const x = round(toX(mean));
    const y = rowY(row) + 5;
    return `<line class="spread ${tone}" x1="${round(toX(mean - spread))}" x2="${round(toX(mean + spread))}" y1="${y}" y2="${y}"/>
<circle class="${tone}" cx="${x}" cy="${y}" r="5"/>
<text class="${tone}" x="${x}" y="${y - 10}" text-anchor="middle">${mean.toFixed(0)}</text>`;
  });
  return `<g transform="translate(${left} 0)">
<text x="0" y="${TOP - 16}">${receipts} receipts</text>
${[...ticks, ...dashes, ...dots].join("\n")}
</g>`;
}

/** Good: within 6 points of the best possible. Bad: no better than chance. */
function toTone(mean: number, bounds: readonly Cell[]): "good" | "fair" | "bad" {
  const means = bounds.map((one) => one.mean);
  if (mean > Math.max(...means) - 6) return "good";
  return mean > Math.min(...means) + 1 ? "fair" : "bad";
}

function drawOutage(lines: readonly OutageLine[], [from, until]: readonly [number, number]): string {
  const count = Math.max(...lines.map(({ points }) => points.length));
  const width = WIDTH - LEFT - 150;
  const x = (hour: number) => round((width * hour) / (count - 1));
  const y = (percent: number) => round((CHART_HEIGHT * (100 - percent)) / (100 - LEAST));
  const ticks = TICKS.map(
    (tick) => `<line class="grid" x1="0" x2="${width}" y1="${y(tick)}" y2="${y(tick)}"/>
<text class="soft" x="-10" y="${y(tick) + 4}" text-anchor="end">${tick} %</text>`,
  );
  let lowest = Number.NEGATIVE_INFINITY;
  const drawn = lines.map(({ name, points }, index) => {
    const tone = (["good", "fair", "bad"] as const)[index] ?? "bad";
    const path = points.map((point, hour) => `${hour === 0 ? "M" : "L"}${x(hour)} ${y(point)}`).join("");
    // Names of lines that end close to each other stand below each other.
    lowest = Math.max(y(points.at(-1) ?? 0) + 4, lowest + 17);
    return `<path class="line ${tone}" d="${path}"/>
<text class="${tone}" x="${width + 12}" y="${lowest}">${name}</text>`;
  });
  return `<text class="title" x="20" y="${CHART_TOP - 34}">Hour by hour, when the best carrier stops delivering; two of the other carriers lie</text>
<g transform="translate(${LEFT} ${CHART_TOP})">
<rect class="band" x="${x(from)}" y="0" width="${round(x(until) - x(from))}" height="${CHART_HEIGHT}"/>
<text class="soft" x="${x(from) + 6}" y="${CHART_HEIGHT - 8}">outage of the best carrier: ${until - from} hours</text>
${[...ticks, ...drawn].join("\n")}
<text class="soft" x="0" y="${CHART_HEIGHT + 24}">6 hours before</text>
<text class="soft" x="${width}" y="${CHART_HEIGHT + 24}" text-anchor="end">6 hours after</text>
</g>`;
}

function describe(cells: readonly Cell[]): string {
  return RECEIPTS.map((receipts) => {
    const own = cells.filter((one) => one.receipts === receipts);
    return `With ${receipts} receipts: ${own.map(({ row, mean }) => `${row} ${mean.toFixed(0)} %`).join(", ")}.`;
  }).join(" ");
}

// The studies of docs/routing.md. Each returns a table in Markdown.

import type { Silence } from "../../../src/sandbox/routing/review.ts";
import { REPORTINGS, type Reporting } from "./reporting.ts";
import { type Summary, simulateSeeds, summarise, toArrivedPercent, toSignedInPercent } from "./seeds.ts";
import type { Week, WeekOptions } from "./week.ts";
import { DAY, HOUR, MINUTE, type Receipts, SECOND, type World } from "./world.ts";

export const RECEIPTS: readonly Receipts[] = ["honest", "missing", "lying"];

/** The default of `expiresIn`, and of the lifetime of a code. */
export const EXPIRES_IN = 300 * SECOND;

/** The rows of the main table: the bounds, and the ways of reporting between them. */
export const ROWS: Readonly<Record<string, WeekOptions["reporting"]>> = {
  "bound: always the best carrier": "oracle",
  ...REPORTINGS,
  "bound: a carrier by chance": "random",
};

export interface Cell extends Summary {
  readonly row: string;
  readonly receipts: Receipts;
}

export interface StudyOptions {
  readonly world: World;
  readonly seeds: number;
  readonly duration?: number;
}

/** The share of messages that arrive, for each way of reporting and kind of receipts. */
export function compareReportings(options: StudyOptions, silence: Silence = "receipt"): Cell[] {
  return Object.entries(ROWS).flatMap(([row, reporting]) =>
    RECEIPTS.map((receipts) => {
      const weeks = run(options, { receipts, reporting, rules: { silence } });
      return { row, receipts, ...summarise(weeks, toArrivedPercent) };
    }),
  );
}

export function toReportingTable(cells: readonly Cell[]): string {
  const rows = Object.keys(ROWS).map((row) => [
    row,
    ...RECEIPTS.map((receipts) => {
      const cell = cells.find((one) => one.row === row && one.receipts === receipts);
      return cell === undefined ? "" : write(cell);
    }),
  ]);
  return toTable(["outcomes are reported", ...RECEIPTS.map((one) => `${one} receipts`)], rows);
}

const EXPIRIES_S = [30, 60, 120, 180, 240, 300, 420, 600, 720, 840, 900];

/** The cost and the use of each time until `false` is reported. */
export function compareExpiries(options: StudyOptions): string {
  const late: Reporting = ({ knownAt }) => knownAt + 5 * MINUTE;
  const quiet = { ...options, world: { ...options.world, perHour: 40 } };
  const rows = EXPIRIES_S.map((seconds) => {
    const expiresIn = seconds * SECOND;
    const lying = { receipts: "lying", reporting: REPORTINGS["at once"], expiresIn } as const;
    const atOnce = run(options, lying);
    const isWrong = ({ corrected, messages }: Week) => (100 * corrected) / messages;
    return [
      `${seconds} s`,
      write(summarise(atOnce, toArrivedPercent)),
      write(summarise(run(options, { ...lying, reporting: late }), toArrivedPercent)),
      write(summarise(run(quiet, lying), toArrivedPercent)),
      write(summarise(run(options, { ...lying, rules: { silence: "not-converted" } }), toArrivedPercent)),
      `${summarise(atOnce, isWrong).mean.toFixed(2)} %`,
    ];
  });
  const quietly = `${quiet.world.perHour} messages an hour`;
  const heads = ["at once", "5 minutes late", quietly, "silence counts as not converted", "wrong `false`"];
  return toTable(["`expiresIn`", ...heads], rows);
}

const DELAYS_S = [10, 15, 20, 30, 45, 60, 90, 120];

/** The cost and the use of each delay before a user may ask for another message. */
export function compareResendDelays(options: StudyOptions): string {
  const rows = [...DELAYS_S, undefined].map((seconds) => {
    const weeks = run(options, {
      ...{ receipts: "lying", reporting: REPORTINGS["at once"] },
      ...(seconds !== undefined && { resendAfter: seconds * SECOND }),
    });
    const per100 = (count: (week: Week) => number) =>
      summarise(weeks, (week) => (100 * count(week)) / week.signIns).mean.toFixed(1);
    const p90 = summarise(
      weeks,
      ({ timesToSignIn: times }) => (times[Math.floor(0.9 * times.length)] ?? 0) / SECOND,
    );
    return [
      seconds === undefined ? "never" : `${seconds} s`,
      write(summarise(weeks, toSignedInPercent)),
      per100(({ messages }) => messages),
      per100(({ overtaken }) => overtaken),
      `${p90.mean.toFixed(0)} s`,
    ];
  });
  const heads = [
    "users who sign in",
    "messages for 100 sign-ins",
    "overtaken codes for 100 sign-ins",
    "90 % are in within",
  ];
  return toTable(["another message after", ...heads], rows);
}

/** The share that arrives in each hour around the outage, in percent. */
export function followOutage(options: StudyOptions, reporting: WeekOptions["reporting"]): readonly number[] {
  const { after, lasts } = options.world.outage;
  const weeks = run(options, { receipts: "lying", reporting });
  const first = Math.floor((after - DAY / 4) / HOUR);
  const last = Math.ceil((after + lasts + DAY / 4) / HOUR);
  return Array.from({ length: last - first }, (_, index) => {
    const sums = weeks.map(({ hours }) => hours[first + index] ?? { messages: 0, arrived: 0 });
    const add = (figure: "messages" | "arrived") => sums.reduce((total, one) => total + one[figure], 0);
    return (100 * add("arrived")) / Math.max(1, add("messages"));
  });
}

function run(
  { world, seeds, duration }: StudyOptions,
  options: Pick<WeekOptions, "receipts" | "reporting"> & Partial<WeekOptions>,
): Week[] {
  return simulateSeeds(seeds, {
    ...{ world, expiresIn: EXPIRES_IN },
    ...(duration !== undefined && { duration }),
    ...options,
  });
}

const write = ({ mean, spread }: Summary) => `${mean.toFixed(1)} % ± ${spread.toFixed(1)}`;

function toTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(heads), line(heads.map((_, index) => (index === 0 ? "---" : "---:"))), ...rows.map(line)].join(
    "\n",
  );
}

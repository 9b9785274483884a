// The help of the program and of each command, from their descriptions alone.

import type { Command, Flag, Options, ValueOption } from "./command.ts";
import { type Line, styled } from "./line.ts";
import { wrap } from "./wrap.ts";

const PROGRAM = "vonage-conversion";
/** Longer lines are hard to read. */
const WIDEST = 100;
const NARROWEST = 40;
/** A longer name has its text on the next line. */
const WIDEST_NAME = 28;

const ABOUT =
  "Sets up, runs and operates a vonage-conversion Worker: which routes deliver, alarms, and reports with the reasons why " +
  "they wait or are dead.";

const ENVIRONMENT: readonly Entry[] = [
  ["VONAGE_CONVERSION_ENDPOINT", "the Worker's base URL, for commands that call it"],
  [
    "VONAGE_CONVERSION_ADMIN_KEY",
    "one of the Worker's ADMIN_KEYS, without its name; no option, because process lists show arguments",
  ],
  ["NO_COLOR, FORCE_COLOR", "no colours, or colours even in a pipe; without either, on a terminal only"],
];

const EXIT_CODES: readonly Entry[] = [
  ["0", "success"],
  ["1", "a problem, a failed request, a report that was not accepted, or an open alarm"],
  ["2", "wrong usage"],
];

type Entry = readonly [name: string, text: string];

/** Lists the commands. @param width Of the terminal; `undefined`: there is none. */
export function formatOverview(commands: readonly Command[], width: number | undefined): Line[] {
  const columns = toColumns(width);
  const groups = [...new Set(commands.map(({ group }) => group))];
  const indent = toIndent(commands.map(({ name }) => name));
  return [
    `Usage: ${PROGRAM} <command> [options]`,
    "",
    ...wrap(ABOUT, columns),
    ...groups.flatMap((group) => [
      "",
      [styled("title", `${group}:`)],
      ...formatEntries(
        commands.filter((one) => one.group === group).map(({ name, summary }) => [name, summary]),
        columns,
        indent,
      ),
    ]),
    "",
    [styled("title", "Options:")],
    ...formatEntries(
      [
        ["-h, --help", "print this text, or the help of the command before it"],
        ["--version", "print the version"],
      ],
      columns,
    ),
    "",
    [styled("title", "Environment:")],
    ...formatEntries(ENVIRONMENT, columns),
    "",
    [styled("title", "Exit codes:")],
    ...formatEntries(EXIT_CODES, columns),
    "",
    ...wrap(`${PROGRAM} help COMMAND shows the options of a command, with examples.`, columns),
  ];
}

/** Explains one command. */
export function formatCommandHelp(
  { name, summary, usage, about = [], options, examples, exits }: Command,
  width: number | undefined,
): Line[] {
  const columns = toColumns(width);
  const forms = usage.map((form) => `${PROGRAM} ${name}${form && ` ${form}`}`);
  return [
    ...forms.map((form, index) => `${index === 0 ? "Usage:" : "      "} ${form}`),
    "",
    ...wrap(`${summary.slice(0, 1).toUpperCase()}${summary.slice(1)}.`, columns),
    ...about.flatMap((paragraph) => ["", ...wrap(paragraph, columns)]),
    "",
    [styled("title", "Options:")],
    ...formatEntries([...toEntries(options), ["-h, --help", "print this text"]], columns),
    "",
    [styled("title", "Examples:")],
    ...examples.flatMap(({ text, line }, index) => [
      ...(index === 0 ? [] : [""]),
      ...wrap(text, columns - 4).map((part) => [styled("quiet", `  # ${part}`)]),
      `  ${PROGRAM} ${line}`,
    ]),
    "",
    [styled("title", "Exit codes:")],
    ...formatEntries(
      [["0", exits[0]], ...(exits[1] === undefined ? [] : [["1", exits[1]] as const]), ["2", "wrong usage"]],
      columns,
    ),
  ];
}

const toColumns = (width = WIDEST) => Math.max(NARROWEST, Math.min(width, WIDEST));

const toEntries = (options: Options): Entry[] =>
  Object.entries(options).map(([name, option]) => [formatName(name, option), option.help]);

function formatName(name: string, option: Flag | ValueOption): string {
  const short = option.short === undefined ? "" : `-${option.short}, `;
  return `${short}--${name}${option.type === "string" ? ` ${option.value}` : ""}`;
}

const toIndent = (names: readonly string[]) =>
  Math.max(0, ...names.map(({ length }) => length).filter((length) => length <= WIDEST_NAME)) + 4;

function formatEntries(
  entries: readonly Entry[],
  columns: number,
  indent = toIndent(entries.map(([name]) => name)),
): string[] {
  return entries.flatMap(([name, text]) => {
    const [first = "", ...more] = wrap(text, Math.max(columns - indent, NARROWEST / 2));
    const rest = more.map((line) => " ".repeat(indent) + line);
    return name.length > WIDEST_NAME
      ? [`  ${name}`, " ".repeat(indent) + first, ...rest]
      : [`  ${name.padEnd(indent - 2)}${first}`, ...rest];
  });
}

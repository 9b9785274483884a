// Parses and validates the arguments.

import { parseArgs } from "node:util";
import { LISTED_STATES, type ListedState } from "../../src/ledger/row.ts";
import { findFaults } from "../../src/shared/validation.ts";
import { CHANNELS, type Channel, messageIdSchema } from "../../src/wire/report.ts";

export type State = ListedState;

/** The states whose reports can be sent again. */
const RETRYABLE_STATES = ["dead", "queued"] as const satisfies readonly State[];

interface OnWorker {
  /** Takes precedence over the environment. */
  readonly endpoint: string | undefined;
}

export interface InsightOptions {
  /** Dimensions, separated by commas. */
  readonly by: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly format: "table" | "json" | "csv";
}

export type Invocation =
  | { readonly command: "help" | "version" | "none" }
  | (OnWorker & {
      readonly command: "reports";
      readonly state: State;
      /** Maximum number of reports; `Infinity` for all. */
      readonly limit: number;
      readonly json: boolean;
    })
  | (OnWorker & { readonly command: "retry"; readonly channel: Channel; readonly messageId: string })
  | (OnWorker & { readonly command: "retry-all"; readonly state: (typeof RETRYABLE_STATES)[number] })
  | (OnWorker & {
      readonly command: "erase";
      /** E.164. */
      readonly number: string;
      readonly json: boolean;
    })
  | (OnWorker & { readonly command: "insight" } & InsightOptions)
  | (OnWorker & {
      readonly command: "alarms";
      /** Ended ones too. */
      readonly all: boolean;
      readonly json: boolean;
    })
  | { readonly command: "backtest"; readonly file: string; readonly json: boolean }
  | (OnWorker & { readonly command: "stats" | "doctor"; readonly json: boolean });

/** The arguments or a setting of the command line are missing or invalid. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const OPTIONS = {
  endpoint: { type: "string" },
  state: { type: "string" },
  limit: { type: "string" },
  json: { type: "boolean" },
  csv: { type: "boolean" },
  by: { type: "string" },
  from: { type: "string" },
  to: { type: "string" },
  all: { type: "boolean" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean" },
} as const;

/** The options of each command, without `--endpoint`. */
const TAKES: Readonly<Record<string, readonly string[]>> = {
  reports: ["state", "limit", "json"],
  retry: ["all", "state"],
  insight: ["by", "from", "to", "json", "csv"],
  alarms: ["all", "json"],
  erase: ["json"],
  stats: ["json"],
  doctor: ["json"],
};

/** Commands with further arguments. */
const TAKES_MORE: ReadonlySet<string> = new Set(["retry", "erase", "insight"]);

/**
 * Reads the arguments.
 *
 * @throws {UsageError} with a message that names the fault.
 */
export function parseArguments(argv: readonly string[]): Invocation {
  refuseKeys(argv);
  const { values, positionals } = parse(argv);
  if (values.help) return { command: "help" };
  if (values.version) return { command: "version" };
  const [command, ...rest] = positionals;
  if (command === undefined) return { command: "none" };

  const takes = Object.hasOwn(TAKES, command) ? TAKES[command] : undefined;
  if (takes === undefined) {
    throw new UsageError(`Unknown command "${command}". The commands are ${Object.keys(TAKES).join(", ")}.`);
  }
  const stray = Object.keys(values).find((name) => name !== "endpoint" && !takes.includes(name));
  if (stray !== undefined) throw new UsageError(`${command} does not accept --${stray}.`);
  if (rest.length > 0 && !TAKES_MORE.has(command)) throw new UsageError(`${command} accepts only options.`);

  const { endpoint, json = false } = values;
  switch (command) {
    case "reports": {
      const state = readOneOf("--state", LISTED_STATES, values.state ?? "dead");
      return { command, endpoint, state, limit: readLimit(values.limit ?? "100"), json };
    }
    case "retry":
      if (values.all) {
        if (rest.length > 0) throw new UsageError("retry needs either --all, or a channel and a message id.");
        const state = readOneOf("--state", RETRYABLE_STATES, values.state ?? "dead");
        return { command: "retry-all", endpoint, state };
      }
      if (values.state !== undefined) throw new UsageError("--state requires retry --all.");
      return { command, endpoint, ...readReportName(rest) };
    case "insight":
      if (rest.length > 0) return readBacktest(rest, values);
      if (json && values.csv) throw new UsageError("--json and --csv exclude each other.");
      return {
        command,
        endpoint,
        by: values.by,
        from: values.from,
        to: values.to,
        format: json ? "json" : values.csv ? "csv" : "table",
      };
    case "alarms":
      return { command, endpoint, all: values.all ?? false, json };
    case "erase":
      return { command, endpoint, number: readNumber(rest), json };
    default:
      return { command: command as "stats" | "doctor", endpoint, json };
  }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    // Node's messages name the option and the remedy, and never quote a value.
    const isNodes = error instanceof TypeError && "code" in error && /^ERR_PARSE_ARGS_/.test(`${error.code}`);
    if (!isNodes) throw error;
    throw new UsageError(error.message.replace(/\s+/g, " "));
  }
}

function readBacktest(
  [name, file, ...more]: readonly string[],
  { json = false, ...values }: ReturnType<typeof parse>["values"],
): Invocation {
  if (name !== "backtest" || file === undefined || more.length > 0) {
    throw new UsageError("insight accepts only options, or backtest and one file.");
  }
  const [stray] = Object.keys(values);
  if (stray !== undefined) throw new UsageError(`insight backtest does not accept --${stray}.`);
  return { command: "backtest", file, json };
}

function refuseKeys(argv: readonly string[]): void {
  const end = argv.indexOf("--");
  const options = end < 0 ? argv : argv.slice(0, end);
  if (!options.some((one) => /^--(admin-?)?key(=|$)/i.test(one))) return;
  throw new UsageError(
    "The admin key must not be an argument: every user of this machine can read it in the process list, and " +
      "the shell keeps it in its history. Put it into VONAGE_CONVERSION_ADMIN_KEY, and replace the key that " +
      "was typed here.",
  );
}

function readOneOf<T extends string>(option: string, values: readonly T[], given: string): T {
  const value = values.find((one) => one === given);
  if (value === undefined) throw new UsageError(`${option} must be one of ${values.join(", ")}.`);
  return value;
}

function readLimit(given: string): number {
  if (!/^\d{1,9}$/.test(given)) {
    throw new UsageError("--limit must be a whole number from 0 (all) to 999999999.");
  }
  return Number(given) || Number.POSITIVE_INFINITY;
}

/** Never quotes the number, because the output may end up in a log. */
function readNumber(given: readonly string[]): string {
  const [number = ""] = given;
  if (given.length !== 1 || !/^\+?[1-9]\d{6,14}$/.test(number)) {
    throw new UsageError(
      "erase needs one phone number in E.164: the country code first, and nothing between the digits.",
    );
  }
  return number;
}

function readReportName([channel = "", messageId, ...more]: readonly string[]) {
  if (messageId === undefined || more.length > 0) {
    throw new UsageError("retry needs a channel and a message id, or --all.");
  }
  const { output, faults } = findFaults(messageIdSchema, messageId);
  if (faults) throw new UsageError(faults.map(({ fault }) => `The message id ${fault}.`).join(" "));
  return { channel: readOneOf("The channel", CHANNELS, channel), messageId: output };
}

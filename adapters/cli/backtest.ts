// `vonage-conversion insight backtest`: the rules over a table of the operator's own, without a Worker.

import { backtest } from "../../src/insight/backtest.ts";
import { parseBacktest } from "../../src/insight/backtest-table.ts";
import { formatAlarms } from "./alarms.ts";
import type { Output } from "./output.ts";
import { UsageError } from "./usage-error.ts";

export interface BacktestWork {
  readonly output: Output;
  /** Rejects if the file cannot be read. */
  readonly readFile: (path: string) => Promise<string>;
  readonly now: () => number;
}

/**
 * Prints the alarms that the rules would have raised.
 *
 * @throws {UsageError} if the file cannot be read or is no such table.
 */
export async function runBacktest(
  { output, readFile, now }: BacktestWork,
  { file, json }: { readonly file: string; readonly json: boolean },
): Promise<0> {
  const { messages, faults = [] } = parseBacktest(await read(file, readFile));
  if (messages === undefined) throw new UsageError(`The table cannot be read: ${faults.join("; ")}.`);
  const alarms = backtest(messages).map((alarm) => ({ ...alarm, segment: { ...alarm.segment } }));
  if (json) {
    output.print(...alarms.map((alarm) => JSON.stringify(alarm)));
    return 0;
  }
  const count = `${messages.length} ${messages.length === 1 ? "message" : "messages"}, ${alarms.length} ${alarms.length === 1 ? "alarm" : "alarms"}.`;
  output.print(...(alarms.length === 0 ? [] : [...formatAlarms(alarms, now()), ""]), count);
  return 0;
}

async function read(file: string, readFile: BacktestWork["readFile"]): Promise<string> {
  try {
    return await readFile(file);
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    throw new UsageError(`The file cannot be read${typeof code === "string" ? ` (${code})` : ""}.`);
  }
}

// Runs one invocation, from its arguments to its exit code.

import manifest from "../../package.json" with { type: "json" };
import { runAlarms } from "./alarms.ts";
import { type Invocation, parseArguments, UsageError } from "./arguments.ts";
import { runBacktest } from "./backtest.ts";
import { runDoctor } from "./doctor.ts";
import { runErase } from "./erase.ts";
import { runInsight } from "./insight.ts";
import { createOutput } from "./output.ts";
import { runReports } from "./reports.ts";
import { createRequester } from "./request.ts";
import { runRetry, runRetryAll } from "./retry.ts";
import { ADMIN_KEY_SETTING, readSettings } from "./settings.ts";
import { runStats } from "./stats.ts";
import { USAGE } from "./usage.ts";
import type { ExitCode, Work } from "./work.ts";
import { WorkerError } from "./worker-error.ts";

/** The process around the command line. */
export interface CliContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly fetch: typeof globalThis.fetch;
  readonly stdout: (text: string) => unknown;
  readonly stderr: (text: string) => unknown;
  /** Reads a file as UTF-8. */
  readonly readFile: (path: string) => Promise<string>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Milliseconds for one request, including the body of its answer. */
  readonly timeout: number;
}

/**
 * Runs one command.
 *
 * @param argv The arguments, without the names of Node and of the script.
 * @returns The exit code. All output has been written.
 */
export async function run(argv: readonly string[], context: CliContext): Promise<ExitCode> {
  const { env, stdout, stderr, now } = context;
  const output = createOutput(stdout, stderr, env[ADMIN_KEY_SETTING]);
  try {
    const invocation = parseArguments(argv);
    switch (invocation.command) {
      case "help":
        output.print(...USAGE);
        return 0;
      case "version":
        output.print(manifest.version);
        return 0;
      case "none":
        output.complain(...USAGE);
        return 2;
      case "backtest":
        return await runBacktest({ output, readFile: context.readFile, now }, invocation);
    }
    const settings = readSettings(env, invocation.endpoint);
    if (settings.key === undefined && invocation.command !== "doctor") {
      throw new UsageError(`${ADMIN_KEY_SETTING} is not set: it must be the Worker's admin key.`);
    }
    const request = createRequester({ ...settings, fetch: context.fetch, timeout: context.timeout });
    return await dispatch(invocation, { ...settings, request, output, now });
  } catch (error) {
    if (error instanceof UsageError) {
      output.complain(error.message, "Run vonage-conversion --help for usage.");
      return 2;
    }
    if (!(error instanceof WorkerError)) throw error;
    output.complain(error.message, ...error.more);
    return 1;
  }
}

function dispatch(
  invocation: Exclude<Invocation, { readonly command: "help" | "version" | "none" | "backtest" }>,
  work: Work,
): Promise<ExitCode> {
  switch (invocation.command) {
    case "reports":
      return runReports(work, invocation);
    case "retry":
      return runRetry(work, invocation);
    case "retry-all":
      return runRetryAll(work, invocation);
    case "insight":
      return runInsight(work, invocation);
    case "alarms":
      return runAlarms(work, invocation);
    case "erase":
      return runErase(work, invocation);
    case "stats":
      return runStats(work, invocation);
    case "doctor":
      return runDoctor(work, invocation);
  }
}

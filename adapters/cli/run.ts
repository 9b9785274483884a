// Runs one invocation, from its arguments to its exit code.

import manifest from "../../package.json" with { type: "json" };
import type { Tools } from "./command.ts";
import { readCommandLine } from "./command-line.ts";
import { COMMANDS } from "./commands.ts";
import { formatCommandHelp, formatOverview } from "./help.ts";
import { LocalFailure } from "./machine/failure.ts";
import type { Machine } from "./machine/machine.ts";
import { createOutput } from "./output.ts";
import { createProgress } from "./progress.ts";
import { createRequester } from "./request.ts";
import { SANDBOX_KEYS } from "./sandbox/sandbox-keys.ts";
import { ADMIN_KEY_SETTING, readSettings } from "./settings.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";
import type { ExitCode } from "./work.ts";
import { WorkerError } from "./worker-error.ts";

/** The process around the command line. */
export interface CliContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly fetch: typeof globalThis.fetch;
  readonly stdout: (text: string) => unknown;
  readonly stderr: (text: string) => unknown;
  /** The streams that are terminals. */
  readonly terminals?: { readonly stdout?: Terminal | undefined; readonly stderr?: Terminal | undefined };
  /** Reads a file as UTF-8. */
  readonly readFile: (path: string) => Promise<string>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Milliseconds for one request, including the body of its answer. */
  readonly timeout: number;
  /**
   * From this call on, Ctrl-C, SIGTERM and SIGHUP abort the signal in place of ending the process. Only commands that
   * repeat themselves, or that started other processes, call it.
   */
  readonly interruption?: () => AbortSignal;
  /**
   * Waits for so many milliseconds; `false`: the user wants to stop.
   *
   * @default a timer that `interruption` ends
   */
  readonly pause?: (milliseconds: number) => Promise<boolean>;
  readonly machine: Machine;
}

/**
 * Runs one command.
 *
 * @param argv The arguments, without the names of Node and of the script.
 * @returns The exit code. All output has been written.
 */
export async function run(argv: readonly string[], context: CliContext): Promise<ExitCode> {
  const { env, stderr, terminals, now } = context;
  const progress = createProgress(stderr, terminals?.stderr, now);
  const key = env[ADMIN_KEY_SETTING];
  // The sandbox's key is in its help, so it is no secret.
  const secret = key === SANDBOX_KEYS.adminKey ? undefined : key;
  const output = createOutput({ ...context, secret, before: progress.hide });
  try {
    const invocation = readCommandLine(argv, COMMANDS);
    switch (invocation.kind) {
      case "help":
        output.print(
          ...(invocation.command === undefined
            ? formatOverview(COMMANDS, output.width())
            : formatCommandHelp(invocation.command, output.width())),
        );
        return 0;
      case "version":
        output.print(manifest.version);
        return 0;
      case "none":
        output.complain(...formatOverview(COMMANDS, terminals?.stderr?.columns()));
        return 2;
      case "command": {
        const { command, values, rest } = invocation;
        return await command.run(values, rest, createTools(context, { output, progress }));
      }
    }
  } catch (error) {
    if (error instanceof UsageError) {
      const { message, command } = error;
      output.complain(
        message,
        command === undefined
          ? "Run vonage-conversion --help for usage."
          : `Run vonage-conversion help ${command} for its options and examples.`,
      );
      return 2;
    }
    if (error instanceof LocalFailure) {
      output.complain(...error.message.split("\n"));
      return 1;
    }
    if (!(error instanceof WorkerError)) throw error;
    output.complain(error.message, ...error.more);
    return 1;
  }
}

function createTools(
  { env, fetch, timeout, readFile, now, interruption, pause: givenPause, machine }: CliContext,
  { output, progress }: Pick<Tools, "output" | "progress">,
): Tools {
  let signal: AbortSignal | undefined;
  const interrupt = () => {
    signal ??= interruption?.() ?? new AbortController().signal;
    return signal;
  };
  return {
    output,
    progress,
    env,
    readFile,
    now,
    machine,
    interruption: interrupt,
    pause(milliseconds) {
      return givenPause?.(milliseconds) ?? pause(milliseconds, interrupt());
    },
    connect(endpoint, key) {
      const settings = readSettings(env, endpoint);
      if (settings.key === undefined && key !== "optional") {
        throw new UsageError(`${ADMIN_KEY_SETTING} is not set: it must be the Worker's admin key.`);
      }
      const request = createRequester({ ...settings, fetch, timeout });
      return {
        ...settings,
        request: (call, schema) => progress.during(() => "Waiting for the Worker…", request(call, schema)),
      };
    },
  };
}

function pause(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const end = (goOn: boolean) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      resolve(goOn);
    };
    const stop = () => end(false);
    const timer = setTimeout(end, milliseconds, true);
    signal.addEventListener("abort", stop);
  });
}

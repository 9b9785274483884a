// A command describes itself in one place, so that its help, its suggestions and its parser cannot disagree.

import type { Machine } from "./machine/machine.ts";
import type { Output } from "./output.ts";
import type { Progress } from "./progress.ts";
import type { ExitCode, Work } from "./work.ts";

interface CommonOption {
  /** Completes a line of the help. */
  readonly help: string;
  /** One letter. */
  readonly short?: string;
}

export interface Flag extends CommonOption {
  readonly type: "boolean";
}

export interface ValueOption extends CommonOption {
  readonly type: "string";
  /** The word for the value in the help: `STATE`. */
  readonly value: string;
  /** The option may be repeated. */
  readonly multiple?: true;
}

export type Options = Readonly<Record<string, Flag | ValueOption>>;

/** The given options of a command. */
export type Values<O extends Options> = {
  readonly [K in keyof O]?:
    | (O[K] extends Flag ? boolean : O[K] extends { readonly multiple: true } ? string[] : string)
    | undefined;
};

export interface Example {
  /** The purpose. */
  readonly text: string;
  /** The arguments after the name of the program. */
  readonly line: string;
}

export type Group = "Reports" | "Routes" | "Setup";

export interface Command<O extends Options = Options> {
  /** One word, or two: `insight backtest`. */
  readonly name: string;
  readonly group: Group;
  /** Completes a line in the list of commands. */
  readonly summary: string;
  /** The arguments after the name, one line for each form: `CHANNEL MESSAGE-ID`. */
  readonly usage: readonly string[];
  /** Paragraphs for the command's own help. */
  readonly about?: readonly string[];
  /** Without `--help`, which every command has. */
  readonly options: O;
  readonly examples: readonly Example[];
  /** The meaning of exit codes 0 and 1 (absent: not used); 2 is wrong usage everywhere. */
  readonly exits: { readonly 0: string; readonly 1?: string };
  /**
   * Runs the command.
   *
   * @param values The given options.
   * @param rest The arguments after the name that are no options.
   * @throws {UsageError} when arguments or settings are missing or wrong.
   * @throws {WorkerError} when a request to the Worker failed.
   * @throws {LocalFailure} when a Worker cannot run on this machine.
   */
  run(values: Values<O>, rest: readonly string[], tools: Tools): Promise<ExitCode>;
}

/** The process as commands see it. */
export interface Tools {
  readonly output: Output;
  readonly progress: Progress;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly machine: Machine;
  /** From this call on, Ctrl-C, SIGTERM and SIGHUP abort the signal in place of ending the process. */
  readonly interruption: () => AbortSignal;
  /** Reads a file as UTF-8. */
  readonly readFile: (path: string) => Promise<string>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Waits for so many milliseconds. `false`: the user wants to stop. */
  readonly pause: (milliseconds: number) => Promise<boolean>;
  /**
   * Reads the settings of the Worker.
   *
   * @param endpoint The value of `--endpoint`.
   * @throws {UsageError} when the address is missing or wrong, or the admin key is.
   */
  readonly connect: (
    endpoint: string | undefined,
    key?: "optional",
  ) => Pick<Work, "endpoint" | "key" | "request">;
}

/** Keeps the exact types of the options for `run`. */
export const defineCommand = <const O extends Options>(command: Command<O>): Command => command;

/** The option of every command that calls the Worker. */
export const ENDPOINT = {
  endpoint: {
    type: "string",
    value: "URL",
    help: "the Worker's base URL, in place of VONAGE_CONVERSION_ENDPOINT: https, or http for localhost",
  },
} as const satisfies Options;

export const JSON_OBJECT = {
  json: { type: "boolean", help: "print one JSON object" },
} as const satisfies Options;

export const JSON_LINES = {
  json: { type: "boolean", help: "print one JSON object per line" },
} as const satisfies Options;

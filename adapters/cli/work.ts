import type { Output } from "./output.ts";
import type { Requester } from "./request.ts";
import type { Settings } from "./settings.ts";

/** What a command works with. */
export interface Work extends Settings {
  readonly request: Requester;
  readonly output: Output;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** 0: all well. 1: something is wrong, a request failed, or not everything was accepted. 2: wrong usage. */
export type ExitCode = 0 | 1 | 2;

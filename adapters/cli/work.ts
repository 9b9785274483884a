import type { Output } from "./output.ts";
import type { Progress } from "./progress.ts";
import type { Requester } from "./request.ts";
import type { Settings } from "./settings.ts";

/** The dependencies of a command. */
export interface Work extends Settings {
  readonly request: Requester;
  readonly output: Output;
  readonly progress: Progress;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** 0: success. 1: a problem, a failed request, a report that was not accepted, or an open alarm. 2: wrong usage. */
export type ExitCode = 0 | 1 | 2;

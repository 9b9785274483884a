// Loaded when the command runs: the table of settings and its readers are most of the command line's code.

export { readSettings } from "./read-settings.ts";
export { runServe } from "./run-serve.ts";

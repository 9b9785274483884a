import type { Tools } from "../command.ts";

/** The tools of commands that run a Worker on this machine. */
export type LocalTools = Pick<Tools, "output" | "env" | "machine" | "interruption">;

import { type Sign, toRunbook } from "../../src/operator/signs.ts";

/** One finding of `doctor`. */
export interface Finding {
  /** Only a `problem` must be fixed. */
  readonly level: "ok" | "note" | "problem";
  readonly text: string;
  /** Further lines. */
  readonly more: readonly string[];
  /** The entry of the runbook, if the operator has to do something. */
  readonly runbook?: string;
}

export const finding = (
  level: Finding["level"],
  text: string,
  more: readonly string[] = [],
  sign?: Sign,
): Finding => ({ level, text, more, ...(sign && { runbook: toRunbook(sign) }) });

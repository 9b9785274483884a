/** One finding of `doctor`. */
export interface Finding {
  /** Only a `problem` must be fixed. */
  readonly level: "ok" | "note" | "problem";
  readonly text: string;
  /** Further lines. */
  readonly more: readonly string[];
}

export const finding = (level: Finding["level"], text: string, more: readonly string[] = []): Finding => ({
  level,
  text,
  more,
});

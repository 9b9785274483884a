/** One thing that the doctor found. */
export interface Finding {
  /** Only a `problem` has to be fixed. */
  readonly level: "ok" | "note" | "problem";
  readonly text: string;
  /** Lines beyond the text. */
  readonly more: readonly string[];
}

export const finding = (level: Finding["level"], text: string, more: readonly string[] = []): Finding => ({
  level,
  text,
  more,
});

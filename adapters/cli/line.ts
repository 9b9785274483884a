import { styleText } from "node:util";

/** The meaning of a text; the terminal shows it as a colour. */
export type Style = "title" | "good" | "attention" | "bad" | "quiet";

export interface Styled {
  readonly text: string;
  readonly style: Style;
}

/** A line of output: plain, or of parts. Styles apply after escaping, so that data cannot bring its own. */
export type Line = string | readonly (string | Styled)[];

const FORMATS = {
  title: "bold",
  good: "green",
  attention: "yellow",
  bad: "red",
  quiet: "dim",
} as const satisfies Record<Style, Parameters<typeof styleText>[0]>;

/** Applies a style, whatever the stream: the caller knows if it can show colours. */
export function applyStyle({ text, style }: Styled): string {
  return styleText(FORMATS[style], text, { validateStream: false });
}

export const styled = (style: Style, text: string): Styled => ({ style, text });

import { readFileSync, writeFileSync } from "node:fs";

/** The page of the figures. Each part of the results is between two comments, the first of which names it. */
const PAGE = new URL("../../docs/figures.md", import.meta.url);
const END = "<!-- end -->";

const WRITES = process.argv.includes("--write");

/** Prints a part of the results, as Markdown. With `--write` it also takes the part's place on the page. */
export function publish(title: string, lines: readonly string[]): void {
  const text = lines.join("\n");
  console.log(`\n${title}\n\n${text}`);
  if (!WRITES) return;
  const page = readFileSync(PAGE, "utf8");
  const start = `<!-- npm run bench: ${title} -->`;
  const from = page.indexOf(start);
  const to = page.indexOf(END, from);
  if (from < 0 || to < 0) console.error(`\ndocs/figures.md has no place for it: ${start} … ${END}`);
  else writeFileSync(PAGE, `${page.slice(0, from)}${start}\n\n${text}\n\n${page.slice(to)}`);
}

/** Makes the lines of a table. */
export const toTable = (head: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);

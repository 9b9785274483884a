import { type Line, styled } from "./line.ts";
import { escapeControls } from "./output.ts";
import { wrap } from "./wrap.ts";

const GAP = "  ";

/**
 * Formats aligned columns, separated by two spaces: text to the left, numbers to the right. If they are wider than the
 * terminal, titles are broken into several lines. If that is not enough, each row becomes a block with a line for each
 * column: nothing is cut off, because message ids are copied from here.
 *
 * @param width Of the terminal; `undefined`: there is none.
 */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  width = Number.POSITIVE_INFINITY,
): Line[] {
  // Escape before measuring, because escapes are wider than the original.
  const cells = rows.map((row) => row.map((cell) => escapeControls(String(cell))));
  const toTheRight = header.map((_, column) => typeof rows[0]?.[column] === "number");
  const align = (row: readonly string[], widths: readonly number[]) =>
    row
      .map((cell, column) => {
        const padding = " ".repeat((widths[column] ?? 0) - widthOf(cell));
        return toTheRight[column] ? padding + cell : cell + padding;
      })
      .join(GAP)
      .trimEnd();

  for (const titles of [header.map((title) => [title]), breakTitles(header, cells)]) {
    const widths = header.map((_, column) =>
      Math.max(...[...(titles[column] ?? []), ...cells.map((row) => row[column])].map(widthOf)),
    );
    if (sum(widths) + GAP.length * (widths.length - 1) > width) continue;
    return [
      ...toRows(titles).map((row): Line => [styled("title", align(row, widths))]),
      ...cells.map((row) => align(row, widths)),
    ];
  }
  return formatBlocks(header, cells);
}

/** Breaks each title at its spaces, as far as its column's cells are narrower. */
function breakTitles(header: readonly string[], cells: readonly (readonly string[])[]): string[][] {
  return header.map((title, column) =>
    wrap(title, Math.max(...cells.map((row) => widthOf(row[column])), ...title.split(" ").map(widthOf))),
  );
}

/** Turns columns of title lines into rows; the last line is next to the cells. */
function toRows(titles: readonly (readonly string[])[]): string[][] {
  const height = Math.max(...titles.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) =>
    titles.map((column) => column[line - height + column.length] ?? ""),
  );
}

function formatBlocks(header: readonly string[], cells: readonly (readonly string[])[]): Line[] {
  const indent = Math.max(...header.map(widthOf)) + GAP.length;
  return cells.flatMap((row, index): Line[] => [
    ...(index === 0 ? [] : [""]),
    ...header.map((title, column): Line => [styled("title", title.padEnd(indent)), row[column] ?? ""]),
  ]);
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

const widthOf = (cell = "") => [...cell].length;

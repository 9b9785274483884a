import { escapeControls } from "./output.ts";

/** Formats aligned columns, separated by two spaces: text to the left, numbers to the right. */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string[] {
  // Escape before measuring, because escapes are wider than the original.
  const cells = [header, ...rows].map((row) => row.map((cell) => escapeControls(String(cell))));
  const widths = header.map((_, column) => Math.max(...cells.map((row) => widthOf(row[column]))));
  const toTheRight = header.map((_, column) => typeof rows[0]?.[column] === "number");
  return cells.map((row) =>
    row
      .map((cell, column) => {
        const padding = " ".repeat((widths[column] ?? 0) - widthOf(cell));
        return toTheRight[column] ? padding + cell : cell + padding;
      })
      .join("  ")
      .trimEnd(),
  );
}

const widthOf = (cell = "") => [...cell].length;

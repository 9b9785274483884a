import { escapeControls } from "./output.ts";

/** Lines of aligned columns, two blanks apart: text to the left, numbers to the right. */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string[] {
  // Escaped here, since what is escaped later would be wider than its column.
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

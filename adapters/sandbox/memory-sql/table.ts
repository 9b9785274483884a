import type { SqlValue } from "../../cloudflare/storage/sql.ts";
import { compareValues, type Row } from "./expression.ts";

/** Undoes a change. */
export type Undo = () => void;

export type Table = ReturnType<typeof createTable>;

/**
 * A table: rows by their key. Rows are replaced, never changed.
 *
 * @param key The columns of the primary key; none: rows are numbered.
 * @param counted The column that numbers the rows where it is left out (AUTOINCREMENT).
 * @param onChange Receives the undoing of each change.
 */
export function createTable(
  columns: readonly string[],
  key: readonly string[],
  counted: string | undefined,
  onChange: (undo: Undo) => void,
) {
  const rows = new Map<string, Row>();
  const all = [...columns];
  let last = 0;

  return {
    columns: all as readonly string[],

    addColumn(name: string): void {
      all.push(name);
      for (const [id, row] of rows) rows.set(id, { ...row, [name]: null });
    },

    /** The rows that pass, in the order of the key. */
    select: (passes: (row: Row) => boolean): Row[] =>
      [...rows.values()].filter(passes).sort((a, b) => compareBy(key, a, b)),

    /** The row with the same key. */
    twinOf: (row: Row): Row | undefined => (key.length === 0 ? undefined : rows.get(toId(row))),

    /** Inserts a row, or replaces the one with the same key. Returns it as it is stored. */
    put(given: Row): Row {
      const before = last;
      onChange(() => {
        last = before;
      });
      const row =
        counted !== undefined && given[counted] === null ? { ...given, [counted]: last + 1 } : given;
      const number = counted === undefined ? undefined : row[counted];
      if (typeof number === "number") last = Math.max(last, number);
      set(toId(row), row);
      return row;
    },

    remove(row: Row): void {
      const id = key.length > 0 ? toId(row) : [...rows].find(([, one]) => one === row)?.[0];
      if (id !== undefined) set(id, undefined);
    },
  };

  function set(id: string, row: Row | undefined): void {
    const before = rows.get(id);
    onChange(() => write(id, before));
    write(id, row);
  }

  function write(id: string, row: Row | undefined): void {
    if (row === undefined) rows.delete(id);
    else rows.set(id, row);
  }

  function toId(row: Row): string {
    return key.length === 0 ? String(++last) : JSON.stringify(key.map((column) => row[column] ?? null));
  }
}

function compareBy(columns: readonly string[], a: Row, b: Row): number {
  for (const column of columns) {
    const order = compareValues(cellOf(a, column), cellOf(b, column));
    if (order !== 0) return order;
  }
  return 0;
}

const cellOf = (row: Row, column: string): SqlValue => row[column] ?? null;

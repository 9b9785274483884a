// Statements that read and change rows, as far as the stores use them. Each is read once, and then carried out with
// different bindings.

import type { SqlValue } from "../../cloudflare/storage/sql.ts";
import {
  AGGREGATES,
  compareValues,
  type Expression,
  holds,
  type Row,
  readExpression,
  type Scope,
} from "./expression.ts";
import type { Reader } from "./reader.ts";
import type { Table } from "./table.ts";

/** Carries a statement out. */
export type Statement = (bindings: readonly SqlValue[]) => Row[];
type TableOf = (name: string) => Table;
type Columns = "*" | readonly Column[];

interface Column {
  readonly name: string;
  readonly value: Expression;
  readonly isAggregate: boolean;
}

/** Reads a statement; `undefined`: it begins with none of the known words. */
export function readStatement(reader: Reader, tableOf: TableOf): Statement | undefined {
  if (reader.take("SELECT")) return readSelect(reader, tableOf);
  if (reader.take("INSERT")) return readInsert(reader, tableOf);
  if (reader.take("UPDATE")) return readUpdate(reader, tableOf);
  if (reader.take("DELETE", "FROM")) return readDelete(reader, tableOf);
  return undefined;
}

function readSelect(reader: Reader, tableOf: TableOf): Statement {
  const columns = readColumns(reader);
  reader.expect("FROM");
  const table = reader.name();
  const where = readWhere(reader);
  const groupBy = reader.take("GROUP", "BY") ? reader.list(() => readExpression(reader)) : undefined;
  const orderBy = reader.take("ORDER", "BY") ? reader.list(() => readExpression(reader)) : [];
  const limit = reader.take("LIMIT") ? readExpression(reader) : undefined;
  const isOne = groupBy === undefined && columns !== "*" && columns.some(({ isAggregate }) => isAggregate);

  return (bindings) => {
    const found = find(tableOf(table), where, bindings);
    const most = limit === undefined ? Number.POSITIVE_INFINITY : Number(limit({ row: {}, bindings }));
    if (isOne || groupBy !== undefined) {
      const groups = isOne ? [found] : toGroups(found, groupBy ?? [], bindings);
      return groups.map((group) => pick(columns, { row: group[0] ?? {}, bindings, group })).slice(0, most);
    }
    const keyed = found.map((row) => ({ row, keys: orderBy.map((one) => one({ row, bindings })) }));
    return keyed
      .sort((a, b) => compareLists(a.keys, b.keys))
      .slice(0, most)
      .map(({ row }) => pick(columns, { row, bindings }));
  };
}

function readInsert(reader: Reader, tableOf: TableOf): Statement {
  const replaces = reader.take("OR", "REPLACE");
  const ignores = reader.take("OR", "IGNORE");
  reader.expect("INTO");
  const name = reader.name();
  const named = reader.take("VALUES") ? undefined : reader.inParentheses(() => reader.name());
  if (named !== undefined) reader.expect("VALUES");
  const values = reader.inParentheses(() => readExpression(reader));
  let change: readonly Assignment[] | undefined;
  if (reader.take("ON", "CONFLICT")) {
    reader.inParentheses(() => reader.name());
    reader.expect("DO", "UPDATE");
    change = readAssignments(reader);
  }
  const returning = readReturning(reader);

  return (bindings) => {
    const table = tableOf(name);
    const columns = named ?? table.columns;
    if (columns.length !== values.length) throw new Error(`${name} has ${columns.length} columns.`);
    const given = columns.map((column, index) => [column, values[index]?.({ row: {}, bindings }) ?? null]);
    const nothing = table.columns.map((column) => [column, null]);
    const row: Row = Object.fromEntries([...nothing, ...given]);
    const twin = table.twinOf(row);
    if (twin !== undefined && ignores) return [];
    if (twin !== undefined && change === undefined && !replaces) {
      throw new Error(`${name} has a row with this key.`);
    }
    const after = twin && change ? assign(change, { row: twin, excluded: row, bindings }) : row;
    const stored = table.put(after);
    return returning === undefined ? [] : [pick(returning, { row: stored, bindings })];
  };
}

function readUpdate(reader: Reader, tableOf: TableOf): Statement {
  reader.take("OR", "REPLACE");
  const name = reader.name();
  const assignments = readAssignments(reader);
  const where = readWhere(reader);

  return (bindings) => {
    const table = tableOf(name);
    for (const row of find(table, where, bindings)) {
      // The key may change.
      table.remove(row);
      table.put(assign(assignments, { row, bindings }));
    }
    return [];
  };
}

function readDelete(reader: Reader, tableOf: TableOf): Statement {
  const name = reader.name();
  const where = readWhere(reader);
  const returning = readReturning(reader);

  return (bindings) => {
    const table = tableOf(name);
    const found = find(table, where, bindings);
    for (const row of found) table.remove(row);
    return returning === undefined ? [] : found.map((row) => pick(returning, { row, bindings }));
  };
}

interface Assignment {
  readonly column: string;
  readonly value: Expression;
}

function readAssignments(reader: Reader): Assignment[] {
  reader.expect("SET");
  return reader.list(() => {
    const column = reader.name();
    reader.expect("=");
    return { column, value: readExpression(reader) };
  });
}

function assign(assignments: readonly Assignment[], scope: Scope): Row {
  return {
    ...scope.row,
    ...Object.fromEntries(assignments.map(({ column, value }) => [column, value(scope)])),
  };
}

const readWhere = (reader: Reader) => (reader.take("WHERE") ? readExpression(reader) : undefined);
const readReturning = (reader: Reader) => (reader.take("RETURNING") ? readColumns(reader) : undefined);

function readColumns(reader: Reader): Columns {
  if (reader.take("*")) return "*";
  return reader.list(() => {
    const written = reader.peek();
    const value = readExpression(reader);
    const name = reader.take("AS") ? reader.name() : written;
    return { name, value, isAggregate: AGGREGATES.includes(written) };
  });
}

function pick(columns: Columns, scope: Scope): Row {
  if (columns === "*") return { ...scope.row };
  return Object.fromEntries(columns.map(({ name, value }) => [name, value(scope)]));
}

const find = (table: Table, where: Expression | undefined, bindings: readonly SqlValue[]): Row[] =>
  table.select((row) => where === undefined || holds(where({ row, bindings })));

/** Groups of rows with the same values, in the order of these. */
function toGroups(rows: readonly Row[], by: readonly Expression[], bindings: readonly SqlValue[]): Row[][] {
  const groups = new Map<string, { readonly keys: readonly SqlValue[]; readonly rows: Row[] }>();
  for (const row of rows) {
    const keys = by.map((one) => one({ row, bindings }));
    const id = JSON.stringify(keys);
    const group = groups.get(id) ?? { keys, rows: [] };
    group.rows.push(row);
    groups.set(id, group);
  }
  return [...groups.values()].sort((a, b) => compareLists(a.keys, b.keys)).map((group) => group.rows);
}

function compareLists(a: readonly SqlValue[], b: readonly SqlValue[]): number {
  for (const [index, one] of a.entries()) {
    const order = compareValues(one, b[index] ?? null);
    if (order !== 0) return order;
  }
  return 0;
}

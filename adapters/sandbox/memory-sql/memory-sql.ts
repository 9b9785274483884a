// A database in memory that understands the statements of our stores, and refuses every other one. With it, the stores of
// the Worker's objects run unchanged where there is no SQLite. A test compares it with SQLite.

import type { Sql, SqlValue, Transact } from "../../cloudflare/storage/sql.ts";
import { type Row, readExpression } from "./expression.ts";
import { createReader, type Reader } from "./reader.ts";
import { readStatement, type Statement } from "./statement.ts";
import { createTable, type Table, type Undo } from "./table.ts";

export interface MemorySql {
  readonly sql: Sql;
  readonly transact: Transact;
}

/** Creates an empty database. */
export function createMemorySql(): MemorySql {
  const tables = new Map<string, Table>();
  const statements = new Map<string, readonly Statement[]>();
  /** The undoing of each change since the transaction began. */
  let changes: Undo[] | undefined;
  const onChange = (undo: Undo) => changes?.push(undo);
  const names = createTable(["name"], ["name"], undefined, onChange);
  tables.set("sqlite_master", names);

  return {
    sql: {
      exec(query: string, ...bindings: SqlValue[]) {
        const known = statements.get(query) ?? readScript(query);
        statements.set(query, known);
        const rows = known.map((carryOut) => carryOut(bindings)).at(-1) ?? [];
        return { toArray: () => rows };
      },
      // Nothing is on disk.
      databaseSize: 0,
    },

    transact: (work) => {
      if (changes !== undefined) throw new Error("The sandbox's database has one transaction at a time.");
      changes = [];
      try {
        return work();
      } catch (error) {
        for (const undo of changes.reverse()) undo();
        throw error;
      } finally {
        changes = undefined;
      }
    },
  };

  function readScript(script: string): Statement[] {
    const reader = createReader(script);
    const all: Statement[] = [];
    while (!reader.isAtEnd()) {
      all.push(readStatement(reader, tableOf) ?? readDefinition(reader));
      if (!reader.take(";") && !reader.isAtEnd()) throw reader.fault("the end of the statement");
    }
    return all;
  }

  function tableOf(name: string): Table {
    const table = tables.get(name);
    if (table === undefined) throw new Error(`The sandbox's database has no table ${name}.`);
    return table;
  }

  /** Tables are never dropped. Indexes change nothing but the speed. */
  function readDefinition(reader: Reader): Statement {
    if (reader.take("CREATE", "INDEX") || reader.take("DROP", "INDEX")) {
      reader.skip();
      return () => [];
    }
    if (reader.take("ALTER", "TABLE")) {
      const name = reader.name();
      reader.expect("ADD", "COLUMN");
      const column = reader.name();
      reader.skip();
      return () => {
        tableOf(name).addColumn(column);
        return [];
      };
    }
    reader.expect("CREATE", "TABLE", "IF", "NOT", "EXISTS");
    const name = reader.name();
    const { columns, key, counted } = readColumns(reader);
    reader.skip();
    return () => {
      if (tables.has(name)) return [];
      tables.set(name, createTable(columns, key, counted, onChange));
      names.put({ name } satisfies Row);
      return [];
    };
  }
}

/** The columns of a new table. Their types are not checked: SQLite's tables are strict, and the stores are tested there. */
function readColumns(reader: Reader) {
  const columns: string[] = [];
  let key: readonly string[] = [];
  let counted: string | undefined;
  reader.inParentheses(() => {
    if (reader.take("PRIMARY", "KEY")) {
      key = reader.inParentheses(() => reader.name());
      return;
    }
    const column = reader.name();
    columns.push(column);
    // The type.
    reader.name();
    if (reader.take("PRIMARY", "KEY")) key = [column];
    if (reader.take("AUTOINCREMENT")) counted = column;
    reader.take("NOT", "NULL");
    if (reader.take("CHECK")) reader.inParentheses(() => readExpression(reader));
  });
  return { columns, key, counted };
}

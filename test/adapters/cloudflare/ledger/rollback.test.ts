// The tables of 0.2.0 and 0.1.0 as this version takes them over, and its own as those find them after a rollback. Their
// statements are copied, because they cannot be built here. They parsed rows as src/ledger/row.ts still does.

import { describe, expect, it } from "vitest";
import { createStore } from "../../../../adapters/cloudflare/ledger/store.ts";
import { migrate } from "../../../../adapters/cloudflare/storage/migrations.ts";
import { type ReportState, type Row, toStored } from "../../../../src/ledger/row.ts";
import { toNote } from "../../../../src/ledger/under-way.ts";
import { createMemorySql, type MemorySql } from "../../../support/memory-sql.ts";

const NOW = 1_780_315_200_000;

/** The statements of 0.2.0 and 0.1.0 when an object started. */
function startReleased({ sql, transact }: MemorySql): void {
  migrate(sql, transact, "The ledger", [
    () => {
      sql.exec(`
CREATE TABLE IF NOT EXISTS reports (
  channel TEXT NOT NULL, message_id TEXT NOT NULL, traffic TEXT NOT NULL, state TEXT NOT NULL,
  delivered INTEGER, occurred_at INTEGER, due INTEGER NOT NULL, since INTEGER NOT NULL,
  attempts INTEGER NOT NULL, reason TEXT, successor INTEGER,
  PRIMARY KEY (channel, message_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS reports_by_due ON reports (state, traffic, due);
CREATE TABLE IF NOT EXISTS gates (traffic TEXT PRIMARY KEY, gate TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS set_aside (
  channel TEXT NOT NULL, message_id TEXT NOT NULL, since INTEGER NOT NULL, raw TEXT NOT NULL,
  PRIMARY KEY (channel, message_id, since)
) STRICT, WITHOUT ROWID;
`);
    },
  ]);
}

const report = (messageId: string, state: ReportState, more: Partial<Row> = {}): Row => ({
  ...{ channel: "sms", messageId, traffic: "2fa", state, delivered: true, occurredAt: NOW - 1000 },
  ...{ due: NOW, since: NOW - 500, attempts: 1, reason: null, successor: null },
  ...more,
});
const ROWS: readonly Row[] = [
  report("tracked", "tracking", { delivered: null, occurredAt: null, attempts: 0 }),
  toNote(report("under way", "sending"), undefined, NOW),
  toNote(report("true behind a false", "sending", { delivered: false, successor: NOW - 10 }), undefined, NOW),
  report("waiting", "queued", { delivered: false, reason: "timeout" }),
  report("of a released version", "sending", { delivered: false, successor: NOW + 5 }),
  report("recorded", "recorded"),
  report("dead", "dead", { reason: "rejected", refusals: 2 }),
];

function fill(): MemorySql {
  const database = createMemorySql();
  const store = createStore(database.sql, database.transact);
  for (const row of ROWS) store.write(undefined, row);
  return database;
}

const indexesOf = ({ all }: MemorySql) =>
  all("SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name").map(
    ({ name }) => name,
  );

describe("the ledger's tables", () => {
  it("are left unchanged by a released version after a rollback, which refuses them with a sentence", () => {
    const database = fill();
    const before = database.dump();
    expect(() => startReleased(database)).toThrow("The ledger has tables of version 2; this Worker knows 1.");
    expect(database.dump()).toEqual(before);
  });

  it("of a released version are taken over with all their rows, and only with the index of this version", () => {
    const database = createMemorySql();
    startReleased(database);
    expect(indexesOf(database)).toEqual(["reports_by_due"]);
    for (const row of ROWS) {
      database.sql.exec(
        "INSERT INTO reports VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ...toStored(row).slice(0, 11),
      );
    }
    const store = createStore(database.sql, database.transact);
    expect(indexesOf(database)).toEqual(["reports_to_do"]);
    for (const row of ROWS) expect(store.read(row, NOW)).toEqual(row);
    expect(store.due("sending", "2fa", NOW, 10)).toMatchObject([{ successor: NOW + 5 }]);
    expect(store.countQuarantined()).toBe(0);
  });

  it("keep rows with unreadable facts, which count as rows without facts", () => {
    const database = fill();
    const odd = ["", "{", "[]", "7", '{"s":"yesterday"}', '{"h":"402","u":2}', "null"];
    const store = createStore(database.sql, database.transact);
    for (const facts of odd) {
      database.sql.exec("UPDATE reports SET facts = ?", facts);
      for (const row of ROWS) expect(store.read(row, NOW)).toEqual(row);
    }
    expect(store.countQuarantined()).toBe(0);
  });

  it("are not changed again when this version merely starts", () => {
    const database = fill();
    const before = database.dump();
    const statements: string[] = [];
    const { sql } = database;
    createStore({
      exec: (query, ...bindings) => {
        statements.push(query);
        return sql.exec(query, ...bindings);
      },
      databaseSize: 0,
    });
    expect(statements.filter((query) => !query.startsWith("SELECT"))).toEqual([]);
    expect(database.dump()).toEqual(before);
  });
});

describe("the index", () => {
  it("serves every query for work, and contains no recorded reports", () => {
    const { sql, all } = fill();
    const plans: string[] = [];
    const store = createStore({
      exec: (query, ...bindings) => {
        if (/^(SELECT|UPDATE).* FROM reports|^UPDATE reports/s.test(query)) {
          const plan = sql.exec(`EXPLAIN QUERY PLAN ${query}`, ...bindings).toArray();
          plans.push(`${plan.map(({ detail }) => detail).join("; ")} — ${query}`);
        }
        return sql.exec(query, ...bindings);
      },
      databaseSize: 0,
    });
    for (const state of ["tracking", "sending", "queued", "dead"] as const) {
      store.due(state, "2fa", NOW, 10);
      store.firstDue(state, "2fa");
      store.clampDue(state, "2fa", NOW + 1);
      store.list(state, 10, undefined, NOW);
    }
    store.oldestWaiting();
    store.quarantineUnknown(NOW);
    expect(plans.length).toBeGreaterThan(20);
    for (const plan of plans) expect(plan).toContain("SEARCH reports USING");
    for (const plan of plans) expect(plan).toContain("reports_to_do");
    expect(all("SELECT count(*) AS n FROM reports")).toEqual([{ n: ROWS.length }]);
  });
});

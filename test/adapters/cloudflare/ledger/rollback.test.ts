// The tables as 0.2.0 and 0.1.0 find them after a rollback, and as this version finds them again. Their statements are
// copied, since they cannot be built from here; they parsed rows as src/ledger/row.ts still does.

import { describe, expect, it } from "vitest";
import { createStore } from "../../../../adapters/cloudflare/ledger/store.ts";
import type { ReportState, Row } from "../../../../src/ledger/row.ts";
import { toNote } from "../../../../src/ledger/under-way.ts";
import { createMemorySql, type MemorySql } from "../../../support/memory-sql.ts";

const NOW = 1_780_315_200_000;

/** What 0.2.0 did when an object started; the same in 0.1.0. */
function startReleased({ sql, all }: MemorySql): void {
  const [found] = all("SELECT version FROM schema");
  const version = Number(found?.version);
  if (!(version >= 0 && version <= 1)) throw new Error("The tables are of a later version.");
  if (version < 1) {
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
    sql.exec("UPDATE schema SET version = ?", 1);
  }
}

const RELEASED_DUE =
  "SELECT * FROM reports WHERE state = ? AND traffic = ? AND due <= ? ORDER BY due LIMIT ?";

const report = (messageId: string, state: ReportState, more: Partial<Row> = {}): Row => ({
  ...{ channel: "sms", messageId, traffic: "2fa", state, delivered: true, occurredAt: NOW - 1000 },
  ...{ due: NOW, since: NOW - 500, attempts: 1, reason: null, successor: null },
  ...more,
});
const ROWS: readonly Row[] = [
  report("tracked", "tracking", { delivered: null, occurredAt: null, attempts: 0 }),
  toNote(report("under way", "sending"), NOW),
  toNote(report("true behind a false", "sending", { delivered: false, successor: NOW - 10 }), NOW),
  report("waiting", "queued", { delivered: false, reason: "timeout" }),
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

describe("the ledger's tables after a rollback", () => {
  it("are those of the released version: it finds every row when it is due, by its own index", () => {
    const database = fill();
    expect(indexesOf(database)).toEqual(["reports_to_do"]);
    startReleased(database);
    const { sql, all } = database;
    expect(all("SELECT version FROM schema")).toEqual([{ version: 1 }]);
    for (const state of ["tracking", "queued", "recorded", "dead"] as const) {
      const due = sql.exec(RELEASED_DUE, state, "2fa", NOW, 10).toArray();
      const expected = ROWS.filter((row) => row.state === state).map(({ messageId }) => messageId);
      expect(due.map(({ message_id }) => message_id).sort()).toEqual([...expected].sort());
    }
    const plan = sql.exec(`EXPLAIN QUERY PLAN ${RELEASED_DUE}`, "recorded", "2fa", NOW, 10).toArray();
    expect(plan.map(({ detail }) => detail).join()).toContain("reports_by_due");
  });

  it("have no row that the released version sends as anything but what it is", () => {
    const { all } = fill();
    expect(all("SELECT message_id, delivered, successor FROM reports WHERE state = 'queued'")).toEqual(
      expect.arrayContaining([
        // It marks a true that Vonage may have recorded, as 0.2.0 does; 0.1.0 sends that same true.
        { message_id: "under way", delivered: 1, successor: NOW - 1000 },
        { message_id: "true behind a false", delivered: 1, successor: null },
        { message_id: "waiting", delivered: 0, successor: null },
      ]),
    );
    expect(all("SELECT 1 FROM reports WHERE state = 'sending'")).toEqual([]);
  });

  it("are taken over again with all their rows, and with the index of this version alone", () => {
    const database = fill();
    startReleased(database);
    database.sql.exec(
      "INSERT OR REPLACE INTO reports VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      ...["sms", "of the released version", "2fa", "sending", 0, NOW, NOW, NOW, 1, null, NOW + 5],
    );
    const store = createStore(database.sql, database.transact);
    expect(indexesOf(database)).toEqual(["reports_to_do"]);
    for (const row of ROWS) expect(store.read(row, NOW)).toEqual(row);
    expect(store.due("sending", "2fa", NOW, 10)).toMatchObject([{ successor: NOW + 5 }]);
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
  it("serves every look for something to do, and knows nothing of recorded reports", () => {
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

import { describe, expect, it } from "vitest";
import { createStore } from "../../../../adapters/cloudflare/ledger/store.ts";
import { type Migration, migrate } from "../../../../adapters/cloudflare/storage/migrations.ts";
import { createChallengeStore } from "../../../../adapters/cloudflare/two-factor/challenge-store.ts";
import { createLimitStore } from "../../../../adapters/cloudflare/two-factor/limit-store.ts";
import { createMemorySql, type MemorySql } from "../../../support/memory-sql.ts";

const addTable =
  (name: string): Migration =>
  (sql) => {
    sql.exec(`CREATE TABLE IF NOT EXISTS ${name} (one TEXT NOT NULL) STRICT`);
  };
const versionOf = ({ all }: MemorySql) => all("SELECT version FROM schema").map(({ version }) => version);
const tablesOf = ({ all }: MemorySql) =>
  all("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name").map(
    ({ name }) => name,
  );

describe("migrations", () => {
  it("run once each, in order, and note how far they came", () => {
    const database = createMemorySql();
    const run = (...steps: Migration[]) => migrate(database.sql, database.transact, "It", steps);
    const ran: string[] = [];
    const noted =
      (name: string): Migration =>
      (sql) => {
        ran.push(name);
        addTable(name)(sql);
      };
    run(noted("a"));
    run(noted("a"));
    run(noted("a"), noted("b"), noted("c"));
    expect(ran).toEqual(["a", "b", "c"]);
    expect(versionOf(database)).toEqual([3]);
  });

  it("leave everything as it was when one of them fails, and go on from there the next time", () => {
    const database = createMemorySql();
    const run = (...steps: Migration[]) => migrate(database.sql, database.transact, "It", steps);
    run(addTable("a"));
    const fails: Migration = () => {
      throw new Error("The disk cannot write.");
    };
    expect(() => run(addTable("a"), addTable("b"), fails)).toThrow("disk");
    expect([versionOf(database), tablesOf(database)]).toEqual([[1], ["a", "schema"]]);
    run(addTable("a"), addTable("b"), addTable("c"));
    expect([versionOf(database), tablesOf(database)]).toEqual([[3], ["a", "b", "c", "schema"]]);
  });
});

const STORES = [
  ["the ledger", createStore],
  ["the challenges", createChallengeStore],
  ["the limits", createLimitStore],
] as const;

describe.each(STORES)("the tables of %s", (_, open) => {
  it.each([99, -1])("of another version (%s) are not touched, and refused", (version) => {
    const database = createMemorySql();
    database.sql.exec("CREATE TABLE schema (version INTEGER NOT NULL) STRICT");
    database.sql.exec("INSERT INTO schema VALUES (?)", version);
    expect(() => open(database.sql, database.transact)).toThrow(`tables of version ${version}`);
    expect([versionOf(database), tablesOf(database)]).toEqual([[version], ["schema"]]);
  });

  it("are opened again as they are", () => {
    const database = createMemorySql();
    open(database.sql, database.transact);
    const before = [versionOf(database), tablesOf(database)];
    open(database.sql, database.transact);
    expect([versionOf(database), tablesOf(database)]).toEqual(before);
  });
});

describe("tables of 0.1.0, which had no version,", () => {
  it("are read as version 1: challenges, outbox messages and nonces are there after the upgrade", () => {
    const database = createMemorySql();
    database.sql.exec(`
CREATE TABLE IF NOT EXISTS challenges (
  id TEXT PRIMARY KEY, number TEXT NOT NULL, settle_at INTEGER, forget_at INTEGER NOT NULL, challenge TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS challenges_by_number ON challenges (number);
CREATE TABLE IF NOT EXISTS outbox (sequence INTEGER PRIMARY KEY AUTOINCREMENT, statement TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS nonces (nonce TEXT PRIMARY KEY, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`);
    const { exec } = database.sql;
    exec(
      "INSERT INTO challenges VALUES (?, ?, ?, ?, ?)",
      "0.a",
      "447400123456",
      null,
      2000,
      RELEASED_CHALLENGE,
    );
    exec("INSERT INTO outbox (statement) VALUES (?)", RELEASED_STATEMENT);
    exec("INSERT INTO nonces VALUES (?, ?)", "n", 2000);
    const store = createChallengeStore(database.sql, database.transact);
    expect(store.read("0.a", 0)).toEqual(JSON.parse(RELEASED_CHALLENGE));
    expect(store.ofNumber("447400123456", 0)).toHaveLength(1);
    expect(store.unposted(10, 0, 0)).toEqual([
      { sequence: 1, outboxMessage: JSON.parse(RELEASED_STATEMENT) },
    ]);
    expect(store.remember("n", 3000)).toBe(false);
    expect(store.quarantine.count()).toBe(0);
  });

  it("are read as version 1: what was counted still counts", () => {
    const database = createMemorySql();
    database.sql.exec(`
CREATE TABLE IF NOT EXISTS windows (
  kind TEXT NOT NULL, subject TEXT NOT NULL, part INTEGER NOT NULL, messages INTEGER NOT NULL,
  until INTEGER NOT NULL, PRIMARY KEY (kind, subject, part)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS counts (name TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`);
    database.sql.exec(
      "INSERT INTO windows VALUES (?, ?, ?, ?, ?)",
      "number/3600000",
      "447400123456",
      7,
      3,
      9e6,
    );
    database.sql.exec("INSERT INTO counts VALUES (?, ?)", "messages", 3);
    const store = createLimitStore(database.sql, database.transact);
    expect([...store.windows.read("number/3600000", "447400123456", 0, 0)]).toEqual([[7, 3]]);
    expect(store.counts.read(0)).toEqual({ messages: 3 });
  });
});

/** As 0.1.0 wrote them. */
const RELEASED_CHALLENGE =
  '{"id":"0.a","to":"447400123456","country":"GB","brand":"Acme","locale":"en","clientRef":"0.a","state":"pending","byReply":false,"createdAt":1000,"expiresAt":2000,"codeLength":6,"attempts":1,"maxAttempts":5,"messages":[{"number":1,"channel":"sms","kid":"c1","hash":"00ff","state":"sent","sentAt":1000,"messageIds":["m"],"provenAt":null,"receipts":[{"messageId":"m","number":"447400123456","status":"delivered","errorCode":0,"occurredAt":1500}]}],"begun":1}';
const RELEASED_STATEMENT =
  '{"type":"report","channel":"sms","messageId":"m","delivered":true,"occurredAt":1500}';

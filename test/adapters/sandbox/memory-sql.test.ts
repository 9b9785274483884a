// The sandbox's database against SQLite: the same statements, from the real stores, with the same results.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createStore } from "../../../adapters/cloudflare/ledger/store.ts";
import type { Sql, SqlValue, Transact } from "../../../adapters/cloudflare/storage/sql.ts";
import { createChallengeStore } from "../../../adapters/cloudflare/two-factor/challenge-store.ts";
import { createLimitStore } from "../../../adapters/cloudflare/two-factor/limit-store.ts";
import { createMemorySql } from "../../../adapters/sandbox/memory-sql/memory-sql.ts";
import { REPORT_STATES, type Row } from "../../../src/ledger/row.ts";
import { CHANNELS, TRAFFICS } from "../../../src/wire/report.ts";
import { createMemorySql as createSqlite } from "../../support/memory-sql.ts";
import { cases } from "../../support/property-seed.ts";
import { CHALLENGE } from "../../support/two-factor/stored-challenge.ts";

class Undo extends Error {}

/** Both databases as one: every statement runs on both, and must give the same rows. */
function createTwin(): { readonly sql: Sql; readonly transact: Transact; readonly compared: () => number } {
  const [ours, theirs] = [createMemorySql(), createSqlite()];
  let compared = 0;
  return {
    compared: () => compared,
    sql: {
      databaseSize: 0,
      exec(query: string, ...bindings: SqlValue[]) {
        const expected = theirs.sql.exec(query, ...bindings).toArray();
        const rows = ours.sql.exec(query, ...bindings).toArray();
        compared++;
        if (!query.includes("sqlite_master")) {
          expect([query, bindings, order(query, rows)]).toEqual([query, bindings, order(query, expected)]);
        }
        return { toArray: () => rows };
      },
    },
    transact: (work) => theirs.transact(() => ours.transact(work)),
  };
}

/** Without an order of its own, SQLite may give the rows in any. */
function order(query: string, rows: readonly Record<string, unknown>[]): readonly string[] {
  const texts = rows.map((row) => JSON.stringify(Object.entries(row)));
  return /(ORDER|GROUP) BY/.test(query) ? texts : texts.sort();
}

const instant = fc.integer({ min: 0, max: 12 });
const letter = fc.constantFrom("a", "b", "c", "d");

describe("the sandbox's database gives what SQLite gives, to", () => {
  it("the store of challenges", () => {
    const number = fc.constantFrom("447400123456", "447400123457", "525512345678", "5215512345678");
    const operation = fc.oneof(
      fc.record({
        type: fc.constant("write" as const),
        id: letter,
        number,
        at: instant,
        settles: fc.boolean(),
      }),
      fc.record({ type: fc.constant("spoil" as const), id: letter, number, at: instant }),
      fc.record({ type: fc.constant("look" as const), id: letter, number, at: instant }),
      fc.record({ type: fc.constant("post" as const), id: letter, isReadable: fc.boolean() }),
      fc.record({ type: fc.constant("keys" as const), id: letter, at: instant, isAnswered: fc.boolean() }),
      fc.record({ type: fc.constant("erase" as const), number }),
      fc.record({ type: fc.constant("purge" as const), at: fc.integer({ min: 0, max: 100_000_000 }) }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(operation, fc.boolean()), { maxLength: 30 }), (operations) => {
        const { sql, transact } = createTwin();
        const store = createChallengeStore(sql, transact);
        const carryOut = (one: (typeof operations)[number][0]) => {
          switch (one.type) {
            case "write": {
              const challenge = { ...CHALLENGE, id: one.id, to: one.number, createdAt: one.at };
              return store.write(challenge, one.settles ? one.at : undefined, one.at + 5);
            }
            case "spoil":
              sql.exec(
                "INSERT OR REPLACE INTO challenges VALUES (?, ?, NULL, ?, ?)",
                one.id,
                one.number,
                one.at,
                "{",
              );
              return;
            case "look":
              store.read(one.id, one.at);
              store.ofNumber(one.number, one.at);
              store.unsettled(one.at, 2);
              store.remember(one.id, one.at);
              store.nextEnd();
              store.quarantine.listMasked(2, undefined);
              store.quarantine.listMasked(2, { source: "challenges", key: one.id, since: one.at });
              return store.quarantine.count();
            case "post": {
              if (!one.isReadable)
                sql.exec("INSERT INTO outbox (statement) VALUES (?) RETURNING sequence", "x");
              const message = { type: "track", channel: "sms", messageId: one.id, expiresAt: 5 } as const;
              const { sequence } = store.post(message);
              store.unposted(3, sequence - 3, 5);
              return store.confirm(sequence - 1);
            }
            case "keys": {
              const request = { token: `${one.id}${one.at % 3}`, fingerprint: one.id };
              if (store.keys.claimOf(request.token) === undefined) store.keys.claim(request, one.id, one.at);
              const [message, answer] = one.isAnswered ? [null, `{"to":"${one.id}"}`] : [one.at, null];
              store.keys.write({ ...request, challenge: one.id, message, answer }, one.at);
              store.keys.read(request.token);
              return store.keys.remove(`${one.id}0`);
            }
            case "erase":
              return store.erase(one.number);
            case "purge":
              return store.purge(one.at);
          }
        };
        for (const [one, isUndone] of operations) {
          try {
            transact(() => {
              carryOut(one);
              if (isUndone) throw new Undo();
            });
          } catch (error) {
            if (!(error instanceof Undo)) throw error;
          }
          for (const table of ["challenges", "outbox", "nonces", "quarantine", "key_claims", "key_answers"]) {
            sql.exec(`SELECT * FROM ${table}`);
          }
        }
      }),
      { numRuns: cases(60) },
    );
  });

  it("the store of limits", () => {
    const kind = fc.constantFrom("number/5", "prefix/5", "once");
    const operation = fc.record({
      kind,
      subject: letter,
      other: letter,
      part: fc.integer({ min: -1, max: 5 }),
      at: fc.integer({ min: 0, max: 200_000_000 }),
      work: fc.constantFrom("add", "gather", "read", "erase", "purge", "count", "see", "spoil"),
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
        const { sql, transact } = createTwin();
        const { windows, counts, sightings, ...store } = createLimitStore(sql, transact);
        for (const { kind, subject, other, part, at, work } of operations) {
          if (work === "add") windows.add(kind, subject, part, at);
          if (work === "gather")
            windows.gather(
              kind,
              subject,
              [other].filter((one) => one !== subject),
              part,
              at,
              at,
            );
          if (work === "read") windows.read(kind, subject, part, at);
          if (work === "erase") windows.eraseNumber([subject, other]);
          if (work === "purge") store.purge(at);
          if (work === "count") counts.count(subject);
          if (work === "see")
            sightings.add({ webhook: "inbound-sms", outcome: "forged", count: 1, lastAt: at });
          if (work === "spoil") sql.exec("INSERT OR REPLACE INTO counts VALUES (?, ?)", subject, -1);
          counts.read(at);
          sightings.read(at);
          store.nextEnd();
          store.quarantine.erase(other);
          for (const table of ["windows", "counts", "webhooks", "quarantine"]) {
            sql.exec(`SELECT * FROM ${table}`);
          }
        }
      }),
      { numRuns: cases(60) },
    );
  });

  it("the store of the ledger", () => {
    const row = fc.record<Row>({
      channel: fc.constantFrom(...CHANNELS),
      messageId: letter,
      traffic: fc.constantFrom(...TRAFFICS),
      state: fc.constantFrom(...REPORT_STATES),
      delivered: fc.option(fc.boolean()),
      occurredAt: fc.option(instant),
      due: instant,
      since: instant,
      attempts: fc.integer({ min: 0, max: 3 }),
      reason: fc.constantFrom(null, "network"),
      successor: fc.constant(null),
    });
    const operation = fc.record({
      row,
      at: instant,
      work: fc.constantFrom("write", "write", "remove", "forget", "clamp", "list", "spoil", "settings"),
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(operation, fc.boolean()), { maxLength: 30 }), (operations) => {
        const { sql, transact } = createTwin();
        const store = createStore(sql, transact);
        for (const [{ row, at, work }, isUndone] of operations) {
          try {
            store.transact(() => {
              const before = store.readStored(row, at);
              if (work === "write") store.write(before, row);
              if (work === "remove") store.write(before, undefined);
              if (work === "forget") store.forgetAfter(at % 2 ? row : undefined, 3, at, at + 3);
              if (work === "clamp") store.clampDue(row.state, row.traffic, at);
              if (work === "spoil") {
                sql.exec(
                  `UPDATE reports SET state = 'odd' WHERE message_id = ? AND state <> 'recorded'`,
                  row.messageId,
                );
                store.quarantineUnknown(at);
                store.listQuarantined(2, undefined);
                store.purgeQuarantine(at);
              }
              if (work === "list") {
                const { traffic, due, channel, messageId } = row;
                store.list(row.state, 2, undefined, at);
                store.list(row.state, 2, [traffic, due, channel, messageId], at);
                store.due(row.state, traffic, at, 2);
                store.firstDue(row.state, traffic);
              }
              if (work === "settings") {
                store.writeForgetAt(at % 3 ? at : undefined);
                store.readForgetAt();
                store.readLayout();
                store.readKeyStates();
              }
              if (isUndone) throw new Undo();
            });
          } catch (error) {
            if (!(error instanceof Undo)) throw error;
          }
          store.counts();
          store.health();
          store.isEmpty();
          store.nextQuarantineEnd();
          sql.exec("SELECT * FROM reports");
          sql.exec("SELECT * FROM set_aside");
        }
      }),
      { numRuns: cases(60) },
    );
  });
});

describe("the sandbox's database", () => {
  it.each([
    ["DROP TABLE a", "expected CREATE TABLE IF NOT EXISTS, and found: DROP TABLE a"],
    ["SELECT * FROM a", "no table a"],
    ["SELECT * FROM sqlite_master WHERE age = 1", "no column age"],
    ["SELECT median(name, name) FROM sqlite_master", "no function median"],
    ["SELECT * FROM sqlite_master WHERE (name, name)", "a row where a value must be"],
    [
      "SELECT name FROM sqlite_master HAVING name",
      "expected the end of the statement, and found: HAVING name",
    ],
    ["SELECT * FROM sqlite_master WHERE name = @name", "cannot read:  @name"],
    ["INSERT INTO sqlite_master VALUES ('a', 'b')", "sqlite_master has 1 columns"],
    ["SELECT * FROM", "expected a name, and found: the end"],
  ])("refuses a statement that it does not know: %s", (query, message) => {
    const { sql } = createMemorySql();
    sql.exec("CREATE TABLE IF NOT EXISTS some (name TEXT PRIMARY KEY) STRICT");
    expect(() => sql.exec(query)).toThrow(message);
  });

  it("refuses a second row with the same key, and a transaction within another", () => {
    const { sql, transact } = createMemorySql();
    sql.exec("CREATE TABLE IF NOT EXISTS some (name TEXT PRIMARY KEY) STRICT");
    sql.exec("INSERT INTO some VALUES ('a')");
    expect(() => sql.exec("INSERT INTO some VALUES ('a')")).toThrow("some has a row with this key");
    expect(() => transact(() => transact(() => 1))).toThrow("one transaction at a time");
  });
});

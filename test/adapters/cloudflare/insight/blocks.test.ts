// The hashes of number blocks survive the end of an instance: an idle object is evicted within seconds.

import { beforeEach, describe, expect, it } from "vitest";
import { createShardCounting } from "../../../../adapters/cloudflare/insight/counting/shard-counting.ts";
import { addCounters } from "../../../../adapters/cloudflare/insight/counting/tables.ts";
import type { GatheredBlock } from "../../../../adapters/cloudflare/insight/rpc.ts";
import type { Facts } from "../../../../src/insight/facts.ts";
import type { Row } from "../../../../src/ledger/row.ts";
import { createMemorySql, type MemorySql } from "../../../support/memory-sql.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let memory: MemorySql;
let now: number;
beforeEach(() => {
  memory = createMemorySql();
  addCounters(memory.sql);
  now = Date.parse("2026-11-25T12:34:00Z");
});

/** An instance of the object on the same storage. */
function start() {
  let blocks: readonly GatheredBlock[] | undefined;
  const counting = createShardCounting(
    memory.sql,
    {
      source: "ledger-0",
      now: () => now,
      random: Math.random,
      interval: MINUTE,
      logFailure: (what) => {
        throw new Error(what);
      },
      gather: async (gathering) => {
        blocks ??= gathering.blocks;
        return { upTo: gathering.upTo };
      },
    },
    () => ({ waiting: 0, oldestWaiting: null, dead: 0 }),
  );
  return {
    counting,
    /** A transaction that stores rows in place of others. */
    store(...rows: readonly (readonly [before: Row | undefined, after: Row])[]): void {
      for (const [before, after] of rows) counting.count(before, after);
      counting.write();
    },
    /** The blocks that it sends with its next call. */
    async send(): Promise<readonly GatheredBlock[] | undefined> {
      blocks = undefined;
      counting.wake(undefined);
      now += MINUTE;
      await counting.run();
      return blocks;
    },
  };
}

const rowOf = (person: string, delivered: boolean, facts: Partial<Facts> = {}): Row => ({
  channel: "sms",
  messageId: person,
  traffic: "2fa",
  state: "recorded",
  delivered,
  occurredAt: now,
  due: now + HOUR,
  since: now,
  attempts: 1,
  reason: null,
  successor: null,
  facts: { country: "GB", network: "23410", sentAt: now, block: "theblock", person, ...facts },
});

describe("the activity of a number block", () => {
  it("is known to each new instance, without more rows", async () => {
    for (const person of ["a", "b", "c", "a"]) start().store([undefined, rowOf(person, false)]);
    const expected = [{ block: "theblock", country: "GB", messages: 4, persons: 3, converted: 0 }];
    expect(await start().send()).toEqual(expected);
    expect(memory.all("SELECT * FROM cohorts")).toHaveLength(1);
  });

  it("takes a late reply for the message of the same person, also in another instance", async () => {
    const before = rowOf("a", false);
    start().store([undefined, before], [undefined, rowOf("b", false)]);
    start().store([before, { ...before, delivered: true }]);
    expect(await start().send()).toMatchObject([{ messages: 2, persons: 2, converted: 1 }]);
  });

  it("is of the last hour, though its messages were sent a little earlier", async () => {
    start().store([undefined, rowOf("a", false)]);
    now += HOUR - 2 * MINUTE;
    start().store([undefined, rowOf("b", false, { sentAt: now - HOUR })]);
    expect(await start().send()).toMatchObject([{ messages: 2 }]);
    now += 2 * MINUTE;
    start().store([undefined, rowOf("c", false)]);
    expect(await start().send()).toMatchObject([{ messages: 2, persons: 2 }]);
  });

  it("does not have a message whose transaction failed", async () => {
    const one = start();
    one.store([undefined, rowOf("a", false)]);
    one.counting.count(undefined, rowOf("b", false));
    one.counting.undo();
    expect(await one.send()).toMatchObject([{ messages: 1 }]);
  });

  it("has the last messages of a busy block, and those of other countries apart", async () => {
    const one = start();
    for (let index = 0; index < 50; index++) one.store([undefined, rowOf(`p${index}`, index < 40)]);
    one.store([undefined, rowOf("z", false, { country: "DE", block: "another" })]);
    expect(await start().send()).toEqual([
      { block: "theblock", country: "GB", messages: 20, persons: 20, converted: 10 },
      { block: "another", country: "DE", messages: 1, persons: 1, converted: 0 },
    ]);
  });

  it.each(["{", "7", "[1,[2],[null,null,null,null]]"])(
    "is empty where it cannot be read: %s",
    async (text) => {
      start().store([undefined, rowOf("a", false)]);
      memory.sql.exec("UPDATE cohorts SET sightings = ?", text).toArray();
      expect(await start().send()).toEqual([]);
      start().store([undefined, rowOf("b", false)]);
      expect(await start().send()).toMatchObject([{ messages: 1 }]);
    },
  );

  it("is not stored for messages without hashes, nor for those that a later one replaced", async () => {
    start().store(
      [undefined, rowOf("a", false, { cause: "superseded" })],
      [undefined, { ...rowOf("b", true), facts: { country: "GB", network: "", sentAt: now } }],
    );
    expect(memory.all("SELECT sightings FROM cohorts WHERE sightings IS NOT NULL")).toEqual([]);
    expect(await start().send()).toEqual([]);
  });
});

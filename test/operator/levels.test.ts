// Level `error` is for what needs somebody to act; what heals by itself is not.

import { describe, expect, it } from "vitest";
import { createFlush } from "../../adapters/cloudflare/insight/counting/flush.ts";
import { createStore } from "../../adapters/cloudflare/ledger/store.ts";
import { createSendGuard } from "../../adapters/http/two-factor/send-guard.ts";
import { LIMIT_KINDS, type LimitKind } from "../../src/two-factor/challenge/limits.ts";
import { createMemorySql } from "../support/memory-sql.ts";

describe("a limit that refuses a code", () => {
  const levelOf = async (refused: LimitKind) => {
    const limits = { take: async () => ({ refused, retryAfter: 1000 }) };
    const guard = createSendGuard({ senders: {} }, limits, async () => {});
    const sending = { number: "447400123456", country: "GB", address: undefined, caller: "shop" };
    return (await guard.limit({ ...sending, once: undefined }))?.advice?.level;
  };

  it.each(LIMIT_KINDS)("calls the operator only if others are refused too: %s", async (kind) => {
    const isWide = ["country", "caller", "total"].includes(kind);
    expect(await levelOf(kind)).toBe(isWide ? "error" : undefined);
  });
});

it("counters that do not reach Insight are logged once, and only when four calls in a row have failed", async () => {
  const logged: string[] = [];
  let at = 0;
  let isDown = true;
  const counters = {
    unsent: () => [],
    acknowledged: () => 0,
    acknowledge: () => {},
    sendAll: () => {},
    purge: () => {},
  };
  const flush = createFlush(
    {
      source: "ledger-0",
      gather: async ({ upTo }) => {
        if (isDown) throw new Error("down");
        return { upTo };
      },
      now: () => at,
      random: () => 0.5,
      interval: 60_000,
      logFailure: (what) => logged.push(what),
    },
    counters as unknown as Parameters<typeof createFlush>[1],
  );
  const fail = async (times: number) => {
    for (let time = 0; time < times; time++) {
      flush.changed();
      at = flush.dueAt() ?? at;
      await flush.run();
    }
  };
  await fail(3);
  expect(logged).toEqual([]);
  await fail(5);
  expect(logged).toEqual(["counters could not be sent to Insight"]);
  isDown = false;
  await fail(1);
  isDown = true;
  await fail(4);
  expect(logged).toHaveLength(2);
});

it("the first row in quarantine is told, and those after it are not", () => {
  const { sql, transact } = createMemorySql();
  let told = 0;
  const store = createStore(sql, transact, undefined, () => {
    told += 1;
  });
  const insert = (id: string) =>
    sql.exec("INSERT INTO reports VALUES ('sms', ?, '2fa', 'lost', 1, 1, 1, 1, 1, NULL, NULL, NULL)", id);
  store.quarantineUnknown(0);
  expect(told).toBe(0);
  insert("a");
  insert("b");
  store.quarantineUnknown(0);
  expect([told, store.countQuarantined()]).toEqual([1, 2]);
});

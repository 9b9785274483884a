// Challenges and limits of one phone with two numbers, with rows of version 0.1, which stored numbers as they were
// written.

import { describe, expect, it } from "vitest";
import { hashText } from "../../../../adapters/cloudflare/objects.ts";
import { createLimitStore } from "../../../../adapters/cloudflare/two-factor/limit-store.ts";
import { createSendLimiter } from "../../../../adapters/cloudflare/two-factor/send-limiter.ts";
import { createShardedChallenges } from "../../../../adapters/cloudflare/two-factor/sharded-challenges.ts";
import { partOf } from "../../../../src/two-factor/challenge/limits.ts";
import { createMemorySql } from "../../../support/memory-sql.ts";
import { createQuietShard, HOUR, NOW } from "../../../support/two-factor/challenge-shard.ts";

const CODE = "398838";

const PHONES = [
  ["Brazil", "5511987654321", "551187654321"],
  ["Mexico", "525512345678", "5215512345678"],
  ["Argentina", "5491143211234", "541143211234"],
] as const;

const NEW = {
  country: null,
  brand: "Acme",
  locale: "en",
  clientRef: "r",
  channel: "sms",
  code: CODE,
} as const;

function createShard() {
  const database = createMemorySql();
  const shard = createQuietShard(database, { lifetime: HOUR, cooldown: 1000, keep: HOUR });
  return { shard, sql: database.sql, all: database.all };
}

describe.each(PHONES)("a phone in %s", (_, known, other) => {
  it("finds its challenge by a reply from either number, whichever began it", async () => {
    for (const to of [known, other]) {
      for (const number of [known, other]) {
        const { shard, all } = createShard();
        await shard.begin({ ...NEW, id: "a", to });
        expect(all("SELECT number FROM challenges")).toEqual([{ number: known }]);
        expect(await shard.reply(number, CODE, undefined)).toBe("taken");
        expect(shard.look("a")).toMatchObject({ state: "verified", to: `+${known}` });
      }
    }
  });

  it("finds a challenge of version 0.1, stored under the number as written", async () => {
    const { shard, sql } = createShard();
    await shard.begin({ ...NEW, id: "a", to: other });
    sql.exec("UPDATE challenges SET number = ?", other);
    expect(
      shard.receipt({ number: known, messageId: "0A1", status: "delivered", clientRef: "r" }, undefined),
    ).toBe("taken");
    expect(await shard.reply(known, CODE, undefined)).toBe("taken");
    expect(shard.look("a")).toMatchObject({ state: "verified", to: `+${known}` });
  });

  it("has one limit, including messages that version 0.1 counted", () => {
    const { sql, transact, all } = createMemorySql();
    const store = createLimitStore(sql);
    const limit = { messages: 2, period: HOUR };
    const many = { messages: 1000, period: HOUR };
    const limits = { number: limit, prefix: many, caller: many, total: many };
    const limiter = createSendLimiter({ store, transact, setAlarm: () => {}, now: () => NOW }, limits);
    store.windows.add(`number/${HOUR}`, other, partOf(NOW, limit), NOW + HOUR);
    const from = { caller: "shop" };
    expect(limiter.take({ ...from, number: known })).toEqual({});
    expect(limiter.take({ ...from, number: known })).toMatchObject({ refused: "number" });
    expect(limiter.take({ ...from, number: other })).toMatchObject({ refused: "number" });
    expect(all("SELECT DISTINCT subject FROM windows WHERE kind LIKE 'number/%' ORDER BY 1")).toEqual([
      { subject: known },
    ]);
  });

  it("has its challenges in the shard of its canonical number, and webhooks are looked up in both", async () => {
    const asked: [index: number, number: string][] = [];
    const namespace = {
      idFromName: (name: string) => Number(name.replace("challenges-", "")),
      get: (index: number) => ({
        reply: async (number: string) => {
          asked.push([index, number]);
          return "unknown";
        },
        receipt: async ({ number }: { number: string }) => {
          asked.push([index, number]);
          return "unknown";
        },
      }),
    };
    const challenges = createShardedChallenges(namespace, [97, 89]);
    for (const number of [known, other]) {
      const [index = ""] = challenges.createId(number).split(".");
      expect(Number.parseInt(index, 36)).toBe(hashText(known) % 97);
      const expected = [known, other].flatMap((one) =>
        [97, 89].map((size) => [hashText(one) % size, one] as const),
      );
      asked.length = 0;
      expect(await challenges.reply(number, CODE, undefined)).toBe("unknown");
      expect(asked).toEqual(expected);
      asked.length = 0;
      await challenges.receipt({ number, messageId: "0A1", status: "delivered" }, undefined);
      expect(asked).toEqual(expected);
    }
  });
});

it("a number with one spelling is looked up once", async () => {
  let asked = 0;
  const reply = async () => {
    asked++;
    return "unknown";
  };
  const challenges = createShardedChallenges({ idFromName: (name) => name, get: () => ({ reply }) }, [4]);
  await challenges.reply("447400123456", CODE, undefined);
  expect(asked).toBe(1);
});

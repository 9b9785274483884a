import { describe, expect, it } from "vitest";
import { createLimitStore } from "../../../../adapters/cloudflare/two-factor/limit-store.ts";
import { createSendLimiter } from "../../../../adapters/cloudflare/two-factor/send-limiter.ts";
import type { LimitKind, Limits } from "../../../../src/two-factor/challenge/limits.ts";
import { createFailingTransaction } from "../../../support/failing-transaction.ts";
import { createMemorySql } from "../../../support/memory-sql.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Date.UTC(2026, 5, 1, 12);

const LIMITS: Limits = {
  number: { messages: 2, period: HOUR },
  prefix: { messages: 4, period: HOUR },
  caller: { messages: 6, period: 2 * HOUR },
  total: { messages: 8, period: 24 * HOUR },
};

/** For each limit: number and caller of the messages up to the refused one. */
const REFUSED: readonly (readonly [
  LimitKind,
  (index: number) => readonly [string, string],
  number,
  number,
])[] = [
  ["number", () => ["447400123456", "shop"], 2, HOUR],
  ["prefix", (index) => [`44740012345${index}`, "shop"], 4, HOUR],
  ["caller", (index) => [`4474001${index}3456`, "shop"], 6, 2 * HOUR],
  ["total", (index) => [`4474001${index}3456`, `shop ${index}`], 8, 24 * HOUR],
];

describe("each limit", () => {
  it.each(REFUSED)("(%s) refuses with its name and the time to wait", (kind, message, messages, period) => {
    const world = createWorld();
    for (let index = 0; index < messages; index++) expect(world.take(...message(index))).toEqual({});
    const retryAfter = (period * 13) / 12;
    expect(world.take(...message(messages))).toEqual({ refused: kind, retryAfter });
    world.now += retryAfter - 1;
    expect(world.take(...message(messages))).toEqual({ refused: kind, retryAfter: 1 });
    world.now += 1;
    expect(world.take(...message(messages))).toEqual({});
  });

  it.each(REFUSED)("(%s) counts its refusals, which use up no other limit", (kind, message, messages) => {
    const world = createWorld();
    for (let index = 0; index < messages; index++) world.take(...message(index));
    const before = world.windows();
    for (let more = 0; more < 5; more++)
      expect(world.take(...message(messages))).toMatchObject({ refused: kind });
    expect(world.windows()).toEqual(before);
    expect(world.limiter.counts()).toEqual({ messages, [`refused:${kind}-limit`]: 5 });
  });

  it("applies to its own subject only", () => {
    const world = createWorld({ ...LIMITS, caller: { messages: 1, period: HOUR } });
    expect(world.take("447400123456", "shop")).toEqual({});
    expect(world.take("447400123456", "shop")).toMatchObject({ refused: "caller" });
    expect(world.take("447400123456", "other shop")).toEqual({});
    expect(world.take("447400123456", "third shop")).toMatchObject({ refused: "number" });
    expect(world.take("447400123457", "third shop")).toEqual({});
  });

  it("is checked in order, and the narrowest refusal is named", () => {
    const one = { messages: 1, period: HOUR };
    const world = createWorld({ number: one, prefix: one, caller: one, total: one });
    world.take("447400123456", "shop");
    expect(world.take("447400123456", "shop")).toMatchObject({ refused: "number" });
    expect(world.take("447400123457", "shop")).toMatchObject({ refused: "prefix" });
    expect(world.take("447400223456", "shop")).toMatchObject({ refused: "caller" });
    expect(world.take("447400223456", "other shop")).toMatchObject({ refused: "total" });
  });

  it("holds for concurrent messages", () => {
    const world = createWorld();
    const answers = Array.from({ length: 100 }, () => world.take("447400123456", "shop"));
    expect(answers.filter((answer) => !("refused" in answer))).toHaveLength(2);
  });
});

describe("an address and a country", () => {
  const one = { messages: 1, period: HOUR };
  const many = { messages: 100, period: HOUR };
  const ofTwo = { number: many, prefix: many, caller: many, total: many, address: one, country: one };
  const message = { number: "447400123456", caller: "shop" };

  it("are limited separately, and numbers without a country together", () => {
    const world = createWorld(ofTwo);
    const take = (address: string | undefined, country: string | null) =>
      world.limiter.take({ ...message, address, country });
    expect(take("a", "GB")).toEqual({});
    expect(take("a", "US")).toMatchObject({ refused: "address" });
    expect(take("b", "GB")).toMatchObject({ refused: "country", retryAfter: (HOUR * 13) / 12 });
    expect(take("b", "US")).toEqual({});
    expect(take("c", null)).toEqual({});
    expect(take("d", null)).toMatchObject({ refused: "country" });
    expect(world.limiter.counts()).toEqual({
      messages: 3,
      "refused:address-limit": 1,
      "refused:country-limit": 2,
    });
  });

  it("count nothing without an address or a limit for countries", () => {
    const { country: _, ...withoutCountries } = ofTwo;
    const world = createWorld(withoutCountries);
    for (let index = 0; index < 5; index++) expect(world.limiter.take(message)).toEqual({});
    expect(world.windows().filter(({ kind }) => /address|country/.test(String(kind)))).toEqual([]);
  });

  it("keep earlier counts when their limits are added", () => {
    const { address: _, country: __, ...before } = { ...ofTwo, number: { messages: 2, period: HOUR } };
    const world = createWorld(before);
    world.limiter.take(message);
    world.limiter = world.open({ ...ofTwo, number: before.number });
    expect(world.limiter.take({ ...message, address: "a", country: "GB" })).toEqual({});
    expect(world.limiter.take({ ...message, address: "b", country: "GB" })).toMatchObject({
      refused: "number",
    });
  });
});

describe("a message with a name", () => {
  it("is counted once, however often it is requested", () => {
    const world = createWorld();
    const message = { number: "447400123456", caller: "shop", once: "name" };
    for (let time = 0; time < 5; time++) expect(world.limiter.take(message)).toEqual({});
    expect(world.limiter.counts()).toEqual({ messages: 1 });
    expect(world.limiter.take({ ...message, once: "other name" })).toEqual({});
    expect(world.limiter.take({ ...message, once: "third name" })).toMatchObject({ refused: "number" });
    expect(world.limiter.take(message)).toEqual({});
    world.pass(49 * HOUR);
    expect(world.windows()).toEqual([]);
  });
});

describe("a count", () => {
  it("survives a restart", () => {
    const world = createWorld();
    world.take("447400123456", "shop");
    world.take("447400123456", "shop");
    world.limiter.count("refused:country-not-served");
    world.limiter = world.open();
    expect(world.take("447400123456", "shop")).toMatchObject({ refused: "number" });
    expect(world.limiter.counts()).toEqual({
      messages: 2,
      "refused:country-not-served": 1,
      "refused:number-limit": 1,
    });
  });

  it("that cannot be stored fails the call", () => {
    const world = createWorld();
    world.breaks = (query) => query === "COMMIT";
    expect(() => world.take("447400123456", "shop")).toThrow("disk");
    world.breaks = () => false;
    expect(world.windows()).toEqual([]);
    expect(world.limiter.counts()).toEqual({});
    expect(world.take("447400123456", "shop")).toEqual({});
    expect(world.take("447400123456", "shop")).toEqual({});
  });

  it("is measured by a changed limit, and no wait exceeds its window and a part of it", () => {
    for (const [from, to] of [
      [HOUR, 24 * HOUR],
      [24 * HOUR, HOUR],
    ] as const) {
      const limitsOf = (period: number) => ({ ...LIMITS, number: { messages: 2, period } });
      const world = createWorld(limitsOf(from));
      world.take("447400123456", "shop");
      world.take("447400123456", "shop");
      world.limiter = world.open(limitsOf(to));
      for (let more = 0; more < 2; more++) world.take("447400123456", "shop");
      const { retryAfter = 0, refused } = world.take("447400123456", "shop") as {
        retryAfter?: number;
        refused?: string;
      };
      expect(refused).toBe("number");
      expect(retryAfter).toBeGreaterThan(0);
      expect(retryAfter).toBeLessThanOrEqual((to * 13) / 12);
    }
  });
});

describe("the disk", () => {
  it("holds at most two periods of each subject, and nothing after a quiet time", () => {
    const world = createWorld({
      ...LIMITS,
      total: { messages: 1_000_000, period: HOUR },
      caller: { messages: 1_000_000, period: HOUR },
    });
    let most = 0;
    for (let minute = 0; minute < 12 * 60; minute++) {
      world.take(`4474001${String(minute % 10)}3456`, "shop");
      world.pass(MINUTE);
      most = Math.max(most, world.windows().length);
    }
    // Two periods of twelve parts and the current part, for ten numbers, ten prefixes, a caller and the total.
    expect(most).toBeLessThanOrEqual(22 * 26);
    world.pass(3 * HOUR);
    expect(world.windows()).toEqual([]);
    expect(world.alarm).toBeUndefined();
    expect(world.limiter.counts().messages).toBeGreaterThan(0);
  });

  it("is cleared at most once a minute, and by a new instance without an alarm", () => {
    const world = createWorld();
    for (let index = 0; index < 8; index++) {
      world.take(`4474001${index}3456`, `shop ${index}`);
      world.pass(1000);
    }
    const before = world.rings;
    world.pass(2 * HOUR + MINUTE);
    expect(world.rings - before).toBeLessThanOrEqual(2);
    world.alarm = undefined;
    world.limiter = world.open();
    expect(world.alarm).toBeGreaterThan(world.now);
    world.pass(49 * HOUR);
    expect(world.windows()).toEqual([]);
  });

  it("is cleared even if a transaction rolled the alarm back", () => {
    const world = createWorld();
    world.breaks = (query) => query === "COMMIT";
    expect(() => world.take("447400123456", "shop")).toThrow("disk");
    world.breaks = () => false;
    world.take("447400123456", "shop");
    world.pass(49 * HOUR);
    expect(world.windows()).toEqual([]);
  });

  it("never loses what a limit still needs", () => {
    const world = createWorld();
    for (let index = 0; index < 8; index++)
      expect(world.take(`4474001${index}3456`, `shop ${index}`)).toEqual({});
    world.pass(24 * HOUR - 1);
    expect(world.take("447400993456", "shop 9")).toMatchObject({ refused: "total" });
    world.pass(2 * HOUR + 1);
    expect(world.take("447400993456", "shop 9")).toEqual({});
  });
});

describe("a number with several hashes", () => {
  const NUMBER = "447400123456";
  const SENDING = { number: NUMBER, caller: "shop" };

  it("is counted under the first, including counts under the others from before a change of secrets", () => {
    const world = createWorld();
    world.take(NUMBER, "shop");
    expect(world.limiter.take(SENDING, { number: ["old", NUMBER] })).toEqual({});
    expect(world.limiter.take(SENDING, { number: ["new", "old", NUMBER] })).toMatchObject({
      refused: "number",
      retryAfter: (HOUR * 13) / 12,
    });
    const subjects = world
      .windows()
      .flatMap(({ kind, subject }) => (kind === `number/${HOUR}` ? [subject] : []));
    expect(subjects).toEqual(["new"]);
  });

  it("is erased under all of them, with its unreadable rows, and no other number is", () => {
    const world = createWorld();
    world.take("447400999999", "shop");
    world.limiter.take(SENDING, { number: ["hash", NUMBER] });
    world.exec("INSERT INTO windows VALUES (?, ?, ?, ?, ?)", "number/1000", NUMBER, 1, 1, NOW + HOUR);
    expect(world.limiter.erase(NUMBER, ["hash", NUMBER])).toEqual({ counters: 2, unreadable: 0 });
    const left = world.windows().filter(({ kind }) => String(kind).startsWith("number/"));
    expect(left.map(({ subject }) => subject)).toEqual(["447400999999"]);
    expect(world.limiter.take(SENDING, { number: ["hash", NUMBER] })).toEqual({});
  });
});

describe("after the clock has gone back by eight hours", () => {
  it("earlier counts apply for one window, and are deleted on time", () => {
    const world = createWorld();
    world.now += 8 * HOUR;
    for (let times = 0; times < 2; times++) world.take("447400123456", "shop");
    world.now -= 8 * HOUR;
    world.limiter = world.open();
    expect(world.take("447400123456", "shop")).toMatchObject({ refused: "number" });
    world.now += (HOUR * 13) / 12;
    expect(world.take("447400123456", "shop")).toEqual({});
  });
});

describe("an old count", () => {
  it("is deleted a minute after the last window that needs it, which is a day and a twelfth at most", () => {
    const world = createWorld();
    world.take("447400123456", "shop");
    world.pass((HOUR * 13) / 12 + MINUTE);
    expect(world.windows().filter(({ kind }) => String(kind).startsWith("number/"))).toEqual([]);
    world.pass(25 * HOUR);
    expect(world.windows()).toEqual([]);
  });
});

describe("unreadable rows", () => {
  const NUMBER = "447400123456";

  it("(a window) go into quarantine, masked for the operator, and counting continues", () => {
    const world = createWorld();
    world.take(NUMBER, "shop");
    const { part = 0 } = world.windows().find(({ kind }) => kind === `number/${HOUR}`) ?? {};
    const put = (subject: string, at: number, messages: number) =>
      world.exec(
        "INSERT OR REPLACE INTO windows VALUES (?, ?, ?, ?, ?)",
        `number/${HOUR}`,
        subject,
        at,
        messages,
        NOW + 2 * HOUR,
      );
    put(NUMBER, Number(part) - 1, -5);
    put(NUMBER, Number(part) - 2, 0);
    put("447400999999", Number(part), -1);
    expect(world.take(NUMBER, "shop")).toEqual({});
    expect(world.take(NUMBER, "shop")).toMatchObject({ refused: "number" });
    expect(world.take("447400999999", "shop")).toEqual({});
    expect(world.limiter.countQuarantined()).toBe(3);
    const listed = world.limiter.listQuarantined(10, undefined);
    expect(listed.map(({ source }) => source)).toEqual(["windows", "windows", "windows"]);
    expect(JSON.stringify(listed)).not.toContain("4474");
    world.pass(31 * 24 * HOUR);
    expect(world.limiter.countQuarantined()).toBe(0);
    expect(world.alarm).toBeUndefined();
  });

  it("(a count) go into quarantine, and the other counts are returned", () => {
    const world = createWorld();
    world.limiter.count("messages");
    world.exec("INSERT INTO counts VALUES (?, ?)", "broken", -7);
    expect(world.limiter.counts()).toEqual({ messages: 1 });
    expect(world.limiter.countQuarantined()).toBe(1);
    world.limiter.count("broken");
    expect(world.limiter.counts()).toEqual({ broken: 1, messages: 1 });
  });

  it("(of the far future) are deleted like any other", () => {
    const world = createWorld();
    world.take(NUMBER, "shop");
    world.exec("UPDATE windows SET until = 9000000000000000");
    world.alarm = undefined;
    world.limiter = world.open();
    world.pass(31 * 24 * HOUR + 49 * HOUR);
    expect(world.windows()).toEqual([]);
  });

  it("(any) do not prevent starting or counting while the disk cannot delete", async () => {
    const world = createWorld();
    world.take(NUMBER, "shop");
    world.breaks = (query) => query === "COMMIT";
    world.pass(3 * HOUR);
    expect(world.alarm).toBeGreaterThan(world.now);
    expect(world.logs.join()).toContain("could not be deleted");
    world.breaks = () => false;
    world.pass(49 * HOUR);
    expect(world.windows()).toEqual([]);
  });
});

/** A disk, a clock and an alarm that outlive the instances of the object. */
function createWorld(limits: Limits = LIMITS) {
  const database = createMemorySql();
  const world = {
    now: NOW,
    alarm: undefined as number | undefined,
    rings: 0,
    logs: [] as string[],
    /** Selects the statements that fail. */
    breaks: (_: string): boolean => false,
    limiter: undefined as unknown as ReturnType<typeof createSendLimiter>,

    /** Starts another instance on the same storage. */
    open(changed: Limits = limits) {
      const limiter = createSendLimiter(
        {
          store: createLimitStore(database.sql),
          transact: createFailingTransaction(database, world),
          setAlarm: (at) => {
            world.alarm = at;
          },
          now: () => world.now,
          logFailure: (what, error) => world.logs.push(`${what}: ${error}`),
        },
        changed,
      );
      limiter.wake(world.alarm);
      return limiter;
    },

    take: (number: string, caller: string) => world.limiter.take({ number, caller }),

    /** Lets time pass, with its alarms. */
    pass(milliseconds: number): void {
      const end = world.now + milliseconds;
      while (world.alarm !== undefined && world.alarm <= end) {
        world.now = Math.max(world.now, world.alarm);
        world.alarm = undefined;
        world.rings++;
        world.limiter.alarm();
      }
      world.now = end;
    },

    exec: database.sql.exec,
    windows: () => database.all("SELECT * FROM windows ORDER BY kind, subject, part"),
  };
  world.limiter = world.open();
  return world;
}

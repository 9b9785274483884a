// Workers with different numbers of shards run at once, against shards that remember the layout. A message must be in
// one shard only, in any order of calls.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRouting } from "../../../../adapters/cloudflare/ledger/routing.ts";
import type { ShardRpc } from "../../../../adapters/cloudflare/ledger/rpc.ts";
import { createShardLayout } from "../../../../adapters/cloudflare/ledger/shard-layout.ts";
import type { ShardLogEntry } from "../../../../adapters/cloudflare/ledger/shard-log.ts";
import { LedgerUnavailable } from "../../../../adapters/http/ports/ledger.ts";
import { type Layout, SETTLING_MS } from "../../../../src/ledger/layout.ts";
import type { MessageKey } from "../../../../src/ledger/row.ts";
import { cases } from "../../../support/property-seed.ts";

const START = Date.UTC(2026, 5, 1, 12);
const MESSAGES = Array.from(
  { length: 12 },
  (_, index): MessageKey => ({ channel: index % 2 ? "sms" : "voice", messageId: `m-${index}` }),
);
const toId = ({ channel, messageId }: MessageKey) => `${channel} ${messageId}`;

/** Shards that store only which messages have a row. */
function createWorld(delay: () => Promise<unknown> = async () => {}) {
  const rows = new Map<number, Set<string>>();
  const layouts = new Map<number, Layout>();
  const shards = new Map<number, Partial<ShardRpc>>();
  const log: ShardLogEntry[] = [];
  const calls: string[] = [];
  const world = { now: START, old: new Set<number>(), rows, layouts, log, calls, holders, open };
  return world;

  function open(settings: readonly number[]) {
    const namespace = {
      idFromName: (name: string) => Number(name.replace("shard-", "")),
      get: (index: number) =>
        new Proxy({} as ShardRpc, {
          get:
            (_, method: keyof ShardRpc) =>
            async (...given: unknown[]) => {
              calls.push(`${method} ${index}`);
              await delay();
              const call = shardOf(index)[method] as ((...given: unknown[]) => unknown) | undefined;
              if (call === undefined) {
                throw new TypeError(`The RPC receiver does not implement the method "${method}".`);
              }
              const result = structuredClone(await call(...structuredClone(given)));
              await delay();
              return result;
            },
        }),
    };
    const routing = createRouting(namespace as never, { shards: settings });
    return {
      routing,
      track: (key: MessageKey) =>
        routing.ask(
          key,
          (shard, layout) =>
            shard.track({ ...key, traffic: "2fa", expiresAt: START }, layout) as Promise<"tracked">,
        ),
    };
  }

  function shardOf(index: number): Partial<ShardRpc> {
    const known = shards.get(index);
    if (known !== undefined) return known;
    const mine = new Set<string>();
    rows.set(index, mine);
    const store = {
      readLayout: () => layouts.get(index),
      writeLayout: (layout: Layout) => void layouts.set(index, layout),
    };
    const layout = createShardLayout(
      store,
      index,
      () => world.now,
      (entry) => log.push(entry),
    );
    // A shard of the previous version does not check the layout and does not have the call.
    const isOld = world.old.has(index);
    const check: typeof layout.check = (...given) => (isOld ? undefined : layout.check(...given));
    const shard: Partial<ShardRpc> = {
      has: async (key, asked) => (asked && check(key, asked, mine.has(toId(key)))) ?? mine.has(toId(key)),
      track: async ({ channel, messageId }, asked) => {
        const moved = check({ channel, messageId }, asked, mine.has(toId({ channel, messageId })));
        if (moved !== undefined) return moved;
        mine.add(toId({ channel, messageId }));
        return "tracked";
      },
      ...(!isOld && { layout: async (wanted, seen) => layout.settle(wanted, seen) }),
    };
    shards.set(index, shard);
    return shard;
  }

  function holders(key: MessageKey): number[] {
    return [...rows].filter(([, mine]) => mine.has(toId(key))).map(([index]) => index);
  }
}

const trackAll = ({ track }: { track(key: MessageKey): Promise<unknown> }) =>
  Promise.all(MESSAGES.map(track));
const expectOneRowEach = (world: ReturnType<typeof createWorld>) => {
  for (const key of MESSAGES) expect(world.holders(key), key.messageId).toHaveLength(1);
};

describe("a Worker", () => {
  it("calls one shard per message once all know the layout, and so does a new Worker", async () => {
    const world = createWorld();
    await trackAll(world.open([4]));
    expect(world.calls.filter((one) => one === "layout 0").length).toBeGreaterThan(0);
    world.calls.length = 0;
    await trackAll(world.open([4]));
    expect(world.calls.filter((one) => !one.startsWith("track"))).toEqual([]);
    expect(world.calls).toHaveLength(MESSAGES.length);
    expect(world.log).toEqual([]);
  });

  it.each([
    [[8, 4], "info", "the number of shards went from 4 to 8"],
    [[8], "error", 'the number of shards went from 4 to 8, and LEDGER_SHARDS does not name 4: set "8,4"'],
    [[3], "error", 'the number of shards went from 4 to 3, and LEDGER_SHARDS does not name 4: set "3,4"'],
  ] as const)(
    "with another number, %j, finds all messages and logs the change",
    async (setting, level, hint) => {
      const world = createWorld();
      await trackAll(world.open([4]));
      const before = MESSAGES.map(world.holders);
      const next = world.open(setting);
      await trackAll(next);
      expect(MESSAGES.map(world.holders)).toEqual(before);
      expect(world.log).toEqual([{ level, event: "layout", hint }]);
      expect(await next.routing.current()).toMatchObject({
        layout: { counts: [setting[0], 4] },
        shards: Math.max(setting[0], 4),
      });
      // New messages go to shards by the new number.
      await next.track({ channel: "sms", messageId: "new" });
      expect(world.holders({ channel: "sms", messageId: "new" })[0]).toBeLessThan(setting[0]);
    },
  );

  it("with the former number begins no message in a shard that is no longer used", async () => {
    const world = createWorld();
    const [older, newer] = [world.open([4]), world.open([8])];
    await older.track({ channel: "sms", messageId: "first" });
    await trackAll(newer);
    await trackAll(older);
    await trackAll(world.open([4]));
    expectOneRowEach(world);
    expect((await older.routing.current()).layout.counts).toEqual([8, 4]);
    expect(world.log).toHaveLength(1);
  });

  it("with the former number changes the layout back after an hour and finds every message", async () => {
    const world = createWorld();
    await trackAll(world.open([4]));
    await trackAll(world.open([8, 4]));
    world.now += SETTLING_MS;
    const back = world.open([4, 8]);
    expect((await back.routing.current()).layout).toMatchObject({ generation: 3, counts: [4, 8] });
    await trackAll(back);
    await trackAll(world.open([8, 4]));
    expectOneRowEach(world);
  });

  it("uses its setting while the authority is of the previous version", async () => {
    const world = createWorld();
    world.old.add(0);
    const worker = world.open([4]);
    await trackAll(worker);
    expectOneRowEach(world);
    expect(await worker.routing.current()).toEqual({
      layout: { generation: 0, since: 0, counts: [4] },
      shards: 4,
    });
  });

  it("is refused when the authority does not answer", async () => {
    const world = createWorld(async () => {
      if (world.calls.at(-1) === "layout 0") throw new Error("cut off");
    });
    await expect(trackAll(world.open([4]))).rejects.toBeInstanceOf(LedgerUnavailable);
    expect(MESSAGES.flatMap(world.holders)).toEqual([]);
  });

  it("uses the layout of the shards when the authority was restored from an older backup", async () => {
    const world = createWorld();
    await trackAll(world.open([4]));
    await trackAll(world.open([8, 4]));
    const other = [...world.layouts].find(([index, { generation }]) => index > 0 && generation === 2);
    expect(other).toBeDefined();
    const restored = createWorld();
    for (const [index, layout] of world.layouts) restored.layouts.set(index, layout);
    restored.layouts.set(0, { generation: 1, since: START, counts: [4] });
    const worker = restored.open([8, 4]);
    await trackAll(worker);
    expectOneRowEach(restored);
    expect(restored.layouts.get(0)).toMatchObject({ generation: 2, counts: [8, 4] });
  });

  it("of the previous version, which sends no layout, cannot begin a message in the wrong shard", () => {
    const stored: Layout = { generation: 2, since: START, counts: [8, 4] };
    const store = { readLayout: () => stored, writeLayout: () => {} };
    const layout = createShardLayout(
      store,
      1,
      () => START,
      () => {},
    );
    const at = (isHere: boolean) =>
      MESSAGES.map((key) => {
        try {
          return layout.check(key, undefined, isHere);
        } catch {
          return "refused";
        }
      });
    expect(new Set(at(true))).toEqual(new Set([undefined]));
    expect(new Set(at(false))).toEqual(new Set([undefined, "refused"]));
  });
});

describe("Workers with any settings at once", () => {
  it("never begin a message in two shards, in any order of calls", async () => {
    const setting = fc.constantFrom([4], [8], [4, 8], [8, 4], [3], [3, 8, 4], [1], [16, 4]);
    const step = fc.record({
      setting,
      message: fc.nat(MESSAGES.length - 1),
      passes: fc.constantFrom(0, 0, 0, 1, SETTLING_MS),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(step, { minLength: 2, maxLength: 14 }),
        async (scheduler, steps) => {
          const world = createWorld(() => scheduler.schedule(Promise.resolve()));
          const isolates = new Map<string, ReturnType<typeof world.open>>();
          const done = steps.map(async ({ setting: given, message, passes }) => {
            const name = given.join();
            const worker = isolates.get(name) ?? world.open(given);
            isolates.set(name, worker);
            await scheduler.schedule(Promise.resolve());
            world.now += passes;
            const key = MESSAGES[message];
            // If the layout keeps changing, the call is refused and may be repeated.
            if (key !== undefined)
              await worker.track(key).catch((error) => expect(error).toBeInstanceOf(LedgerUnavailable));
          });
          await scheduler.waitFor(Promise.all(done));
          for (const key of MESSAGES) expect(world.holders(key).length, key.messageId).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: cases(400) },
    );
  });
});

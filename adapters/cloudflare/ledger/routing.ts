// Which shard a call goes to. An isolate begins with its setting, and asks the authority (the first shard) only where a
// shard does not agree; from then on it goes by the layout that it was told.

import { formerHomesOf, homeOf, type Layout, toUnconfirmed } from "../../../src/ledger/layout.ts";
import type { MessageKey } from "../../../src/ledger/row.ts";
import { LedgerUnavailable } from "../../http/ports/ledger.ts";
import { callObject } from "../objects.ts";
import type { ShardRpc } from "./rpc.ts";
import type { LedgerSettings, ShardNamespace } from "./settings.ts";
import { hashKey, type Moved } from "./shard-layout.ts";

/** Each further one takes a change of the layout in the very moment of the call. */
const MOST_ROUNDS = 4;

const AUTHORITY = 0;

/** Beyond the budget: what storing may take. */
const ANSWER_WITHIN_MS = 15_000;

export type Routing = ReturnType<typeof createRouting>;

export function createRouting(
  namespace: ShardNamespace,
  { shards, budget = 0 }: Pick<LedgerSettings, "shards"> & Partial<LedgerSettings>,
) {
  // An object keeps a report's caller waiting for as long as the budget, when it is well.
  const within = budget + ANSWER_WITHIN_MS;
  const setting = toUnconfirmed([...new Set(shards)]);
  const ids = new Map<number, unknown>();
  let known = setting;

  return {
    call,

    /**
     * Asks the shard that a message is in, or belongs to.
     *
     * @throws {LedgerUnavailable} where a shard does not answer, or the layout does not come to rest.
     */
    async ask<T>(
      key: MessageKey,
      question: (shard: ShardRpc, layout: Layout | undefined) => Promise<T | Moved>,
    ): Promise<T> {
      let layout: Layout | undefined = known;
      for (let round = 0; round < MOST_ROUNDS; round++) {
        const answer = await attempt(key, layout, question);
        if (!isMoved(answer)) return answer;
        layout = await learn(answer.moved ?? undefined);
      }
      throw new LedgerUnavailable("The number of shards is being changed.");
    },

    /** The layout in force, as the authority has it now; with it all shards that there may be anything in. */
    async current(): Promise<{ readonly layout: Layout; readonly shards: number }> {
      const layout = (await confirm(known)) ?? setting;
      return { layout, shards: Math.max(...layout.counts, ...shards) };
    },
  };

  async function attempt<T>(
    key: MessageKey,
    layout: Layout | undefined,
    question: (shard: ShardRpc, layout: Layout | undefined) => Promise<T | Moved>,
  ): Promise<T | Moved> {
    const hash = hashKey(key);
    // What the setting names is looked into also where the layout does not, or no longer.
    const wide = layout === undefined ? setting : { ...layout, counts: [...layout.counts, ...shards] };
    for (const index of formerHomesOf(hash, wide)) {
      const has = await call(index, (one) => one.has(key, layout));
      if (isMoved(has)) return has;
      if (has) return call(index, (one) => question(one, layout));
    }
    return call(homeOf(hash, wide), (one) => question(one, layout));
  }

  /** What to go by after a shard has not agreed. */
  async function learn(seen: Layout | undefined): Promise<Layout | undefined> {
    if (known.generation > 0 && seen !== undefined && seen.generation > known.generation) known = seen;
    else await confirm(seen);
    return known.generation > 0 ? known : undefined;
  }

  /** Asks the authority; gives `undefined` where it is of a version that knows no layouts. */
  async function confirm(seen: Layout): Promise<Layout | undefined>;
  async function confirm(seen: Layout | undefined): Promise<Layout | undefined>;
  async function confirm(seen: Layout | undefined): Promise<Layout | undefined> {
    const latest = seen && seen.generation > 0 ? seen : undefined;
    const layout = await callObject<Layout | undefined>(
      () => open(AUTHORITY).layout(setting.counts, latest),
      { object: "ledger", within, older: () => undefined },
    );
    if (layout !== undefined && layout.generation >= known.generation) known = layout;
    return layout;
  }

  function call<T>(index: number, ask: (shard: ShardRpc) => Promise<T>): Promise<T> {
    return callObject(() => ask(open(index)), { object: "ledger", within });
  }

  /** Stubs are of one request; ids are not. The same number has the same name whatever the layout. */
  function open(index: number): ShardRpc {
    const id = ids.get(index) ?? namespace.idFromName(`shard-${index}`);
    ids.set(index, id);
    return namespace.get(id as never) as ShardRpc;
  }
}

const isMoved = (answer: unknown): answer is Moved =>
  typeof answer === "object" && answer !== null && "moved" in answer;

// Finds the shard of a message. An isolate starts with the layout of its setting. When a shard disagrees, it asks the
// authority (the first shard), and uses that layout from then on.

import { formerHomesOf, homeOf, type Layout, toUnconfirmed } from "../../../src/ledger/layout.ts";
import type { MessageKey } from "../../../src/ledger/row.ts";
import { LedgerUnavailable } from "../../http/ports/ledger.ts";
import { callObject } from "../objects.ts";
import type { ShardRpc } from "./rpc.ts";
import type { LedgerSettings, ShardNamespace } from "./settings.ts";
import { hashKey, type Moved } from "./shard-layout.ts";

/** Each further round needs a change of the layout during the call itself. */
const MOST_ROUNDS = 4;

const AUTHORITY = 0;

/** Added to the budget: the time to store. */
const ANSWER_WITHIN_MS = 15_000;

export type Routing = ReturnType<typeof createRouting>;

export function createRouting(
  namespace: ShardNamespace,
  { shards, budget = 0 }: Pick<LedgerSettings, "shards"> & Partial<LedgerSettings>,
) {
  // A healthy shard answers a report within the budget.
  const within = budget + ANSWER_WITHIN_MS;
  const setting = toUnconfirmed([...new Set(shards)]);
  const ids = new Map<number, unknown>();
  let known = setting;

  return {
    call,

    /**
     * Asks the shard that holds a message, or its home if none does.
     *
     * @param older The answer in place of a shard of an earlier version that does not know the method.
     * @throws {LedgerUnavailable} when a shard does not answer, or the layout keeps changing.
     */
    async ask<T>(
      key: MessageKey,
      question: (shard: ShardRpc, layout: Layout | undefined) => Promise<T | Moved>,
      older?: () => T,
    ): Promise<T> {
      let layout: Layout | undefined = known;
      for (let round = 0; round < MOST_ROUNDS; round++) {
        const answer = await attempt(key, layout, question, older);
        if (!isMoved(answer)) return answer;
        layout = await learn(answer.moved ?? undefined);
      }
      throw new LedgerUnavailable("The number of shards is being changed.");
    },

    /** Gives the layout in force, from the authority, and the number of shards that may hold rows. */
    async current(): Promise<{ readonly layout: Layout; readonly shards: number }> {
      const layout = (await confirm(known)) ?? setting;
      return { layout, shards: Math.max(...layout.counts, ...shards) };
    },
  };

  async function attempt<T>(
    key: MessageKey,
    layout: Layout | undefined,
    question: (shard: ShardRpc, layout: Layout | undefined) => Promise<T | Moved>,
    older: (() => T) | undefined,
  ): Promise<T | Moved> {
    const hash = hashKey(key);
    // Also look in the shards of the setting, which the layout may not name.
    const wide = layout === undefined ? setting : widen(layout);
    for (const index of formerHomesOf(hash, wide)) {
      const has = await call(index, (one) => one.has(key, layout));
      if (isMoved(has)) return has;
      if (has) return call(index, (one) => question(one, layout), older);
    }
    return call(homeOf(hash, wide), (one) => question(one, layout), older);
  }

  function widen(layout: Layout): Layout {
    const missing = setting.counts.filter((count) => !layout.counts.includes(count));
    return missing.length === 0 ? layout : { ...layout, counts: [...layout.counts, ...missing] };
  }

  /** Gives the layout to use after a shard has disagreed. */
  async function learn(seen: Layout | undefined): Promise<Layout | undefined> {
    if (known.generation > 0 && seen !== undefined && seen.generation > known.generation) known = seen;
    else await confirm(seen);
    return known.generation > 0 ? known : undefined;
  }

  /** Asks the authority. `undefined`: its version knows no layouts. */
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

  function call<T>(index: number, ask: (shard: ShardRpc) => Promise<T>, older?: () => T): Promise<T> {
    return callObject(() => ask(open(index)), { object: "ledger", within, ...(older && { older }) });
  }

  /** Opens a stub; it must not outlive the request, an id may. A shard keeps its name in every layout. */
  function open(index: number): ShardRpc {
    const id = ids.get(index) ?? namespace.idFromName(`shard-${index}`);
    ids.set(index, id);
    return namespace.get(id as never) as ShardRpc;
  }
}

const isMoved = (answer: unknown): answer is Moved =>
  typeof answer === "object" && answer !== null && "moved" in answer;

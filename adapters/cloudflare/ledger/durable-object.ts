// The Durable Object around a shard: storage, alarm and clock of the platform, senders from the environment.

import { DurableObject } from "cloudflare:workers";
import type { Layout } from "../../../src/ledger/layout.ts";
import type { MessageKey, ReportState } from "../../../src/ledger/row.ts";
import type { Traffic } from "../../../src/wire/report.ts";
import type { LedgerReceipt, LedgerReport, TrackedMessage } from "../../http/ports/ledger.ts";
import { createSenders } from "../../http/senders.ts";
import { readEnv } from "../configuration.ts";
import type { Env } from "../env.ts";
import { createFailureLog, createUnreadableLog, writeEvent } from "../event-log.ts";
import { createShardCounting } from "../insight/counting/shard-counting.ts";
import { createGather } from "../insight/counting/source.ts";
import { DEFAULT_INSIGHT_SETTINGS } from "../insight/settings.ts";
import { inJurisdiction } from "../jurisdiction.ts";
import { createGroupCommit } from "./group-commit.ts";
import type { ShardRpc } from "./rpc.ts";
import { sendOnce } from "./send-once.ts";
import { DEFAULT_LEDGER_SETTINGS } from "./settings.ts";
import { createShard, type Shard } from "./shard.ts";
import type { ShardLogEntry } from "./shard-log.ts";
import { toShardRules } from "./shard-rules.ts";
import { createStore, type Position, type Sql } from "./store.ts";

/** The part of Cloudflare's `DurableObjectState` that is used. */
export interface ShardContext {
  readonly id: { readonly name?: string };
  readonly storage: {
    readonly sql: Sql;
    transactionSync<T>(work: () => T): T;
    getAlarm(): Promise<number | null>;
    setAlarm(at: number): Promise<void>;
    /** Resolves when all earlier writes are on disk. */
    sync?(): Promise<void>;
  };
  blockConcurrencyWhile<T>(work: () => Promise<T>): Promise<T>;
}

class LedgerShard extends DurableObject implements ShardRpc {
  readonly #shard: Shard;

  constructor(context: ShardContext, env: Env) {
    super(context, env);
    const { storage, id } = context;
    const read = readEnv(env);
    // With invalid settings the Worker refuses all calls; due reports wait until the settings are fixed.
    const { config, ledger } =
      "config" in read ? read : { config: undefined, ledger: DEFAULT_LEDGER_SETTINGS };
    const senders = config && createSenders(config, false);
    const index = toIndex(id.name);
    const log = (entry: ShardLogEntry): void => writeEvent(entry, id.name);
    const { INSIGHT: insight } = inJurisdiction(env);
    const { interval } = "config" in read ? read.insight : DEFAULT_INSIGHT_SETTINGS;
    const counting =
      insight && index !== undefined
        ? createShardCounting(
            storage.sql,
            {
              source: `ledger-${index}`,
              gather: createGather(insight),
              now: Date.now,
              random: Math.random,
              interval: interval * 1000,
              logFailure: createFailureLog(log),
            },
            () => store.health(),
          )
        : undefined;
    const store = createStore(
      storage.sql,
      (work) => storage.transactionSync(work),
      counting,
      createUnreadableLog(log),
    );
    const commit = createGroupCommit(store.transact, async () => storage.sync?.());
    this.#shard = createShard(
      {
        store,
        commit,
        send: (row) => sendOnce(senders?.get(row.traffic), row),
        setAlarm: (at) => {
          storage.setAlarm(at);
        },
        index,
        counting,
        now: Date.now,
        random: Math.random,
        log,
      },
      toShardRules(ledger, config?.timeout ?? 0),
    );
    context.blockConcurrencyWhile(async () => {
      this.#shard.wake((await storage.getAlarm()) ?? undefined);
    });
  }

  report(report: LedgerReport, layout?: Layout, waited?: number) {
    return this.#shard.report(report, layout, waited);
  }

  track(message: TrackedMessage, layout?: Layout) {
    return this.#shard.track(message, layout);
  }

  receipt(receipt: LedgerReceipt, layout?: Layout) {
    return this.#shard.receipt(receipt, layout);
  }

  retry(key: MessageKey, layout?: Layout) {
    return this.#shard.retry(key, layout);
  }

  has(key: MessageKey, layout?: Layout) {
    return this.#shard.has(key, layout);
  }

  find(key: MessageKey, layout?: Layout) {
    return this.#shard.find(key, layout);
  }

  layout(wanted: readonly number[], seen?: Layout) {
    return this.#shard.layout(wanted, seen);
  }

  async list(state: ReportState, limit: number, after: Position | undefined) {
    return this.#shard.list(state, limit, after);
  }

  async listSetAside(limit: number, after: Position | undefined) {
    return this.#shard.listQuarantined(limit, after);
  }

  async stats() {
    return this.#shard.stats();
  }

  async nudge(fixedKeys: readonly Traffic[]) {
    this.#shard.nudge(fixedKeys);
  }

  alarm() {
    return this.#shard.alarm();
  }
}

/**
 * The Durable Object class of the ledger: export it from your Worker, and bind it as `LEDGER`. Only the Worker calls
 * its methods.
 */
export const Ledger: new (context: ShardContext, env: Env) => ShardRpc = LedgerShard;
/** An instance of the class; `wrangler types` refers to it by this name. */
export type Ledger = ShardRpc;

/** Reads the number from the name that the Worker gave; `undefined` for any other name. */
function toIndex(name: string | undefined): number | undefined {
  const [, index] = /^shard-(\d+)$/.exec(name ?? "") ?? [];
  return index === undefined ? undefined : Number(index);
}

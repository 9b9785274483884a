// The Insight Durable Object: Cloudflare's storage, alarm and clock around `createInsightKeeper`.

import { DurableObject } from "cloudflare:workers";
import type { InsightQuery } from "../../../src/insight/query.ts";
import type { AlarmQuery } from "../../http/ports/insight.ts";
import { readEnv } from "../configuration.ts";
import type { Env } from "../env.ts";
import { createUnreadableLog, writeEvent } from "../event-log.ts";
import { DEFAULT_LEDGER_SETTINGS } from "../ledger/settings.ts";
import type { QuarantinePosition } from "../storage/quarantine.ts";
import type { ObjectContext } from "../two-factor/object-context.ts";
import { createInsightKeeper } from "./keeper.ts";
import type { Gathering, InsightRpc } from "./rpc.ts";
import { sendWebhook } from "./send-webhook.ts";
import { DEFAULT_INSIGHT_SETTINGS } from "./settings.ts";
import { createInsightStore } from "./store.ts";

class InsightObject extends DurableObject implements InsightRpc {
  readonly #keeper: ReturnType<typeof createInsightKeeper>;

  constructor(context: ObjectContext, env: Env) {
    super(context, env);
    const { storage } = context;
    const read = readEnv(env);
    // With invalid settings the Worker refuses all calls; the figures are kept.
    const { insight, ledger } =
      "config" in read ? read : { insight: DEFAULT_INSIGHT_SETTINGS, ledger: DEFAULT_LEDGER_SETTINGS };
    const { webhook, ...settings } = insight;
    const now = Date.now;
    this.#keeper = createInsightKeeper(
      {
        store: createInsightStore(
          storage.sql,
          (work) => storage.transactionSync(work),
          createUnreadableLog(writeEvent),
        ),
        setAlarm: (at) => {
          storage.setAlarm(at);
        },
        now,
        maxBytes: ledger.maxMegabytes * 1_000_000,
        random: Math.random,
        log: writeEvent,
        send: webhook && ((one) => sendWebhook(webhook, one, { fetch: globalThis.fetch, now })),
      },
      settings,
    );
    context.blockConcurrencyWhile(async () => {
      this.#keeper.wake((await storage.getAlarm()) ?? undefined);
    });
  }

  async gather(gathering: Gathering) {
    return this.#keeper.gather(gathering);
  }

  async query(query: InsightQuery) {
    return this.#keeper.query(query);
  }

  async alarms(query: AlarmQuery) {
    return this.#keeper.alarms(query);
  }

  async metrics() {
    return this.#keeper.metrics();
  }

  async pauses() {
    return this.#keeper.pauses();
  }

  async nudge() {
    this.#keeper.nudge();
  }

  async listSetAside(limit: number, after: QuarantinePosition | undefined) {
    return this.#keeper.listSetAside(limit, after);
  }

  async countSetAside() {
    return this.#keeper.countSetAside();
  }

  alarm() {
    return this.#keeper.alarm();
  }
}

/** The Durable Object class of Insight: export it from your Worker, and bind it as `INSIGHT`. */
export const Insight: new (context: ObjectContext, env: Env) => InsightRpc = InsightObject;
/** An instance; `wrangler types` refers to it. */
export type Insight = InsightRpc;

// The work of the Insight object: it gathers, answers, runs the rules and forgets. What it needs of the platform is
// handed in.

import type { Alarm, InsightAnswer } from "../../../src/insight/answer.ts";
import { BASELINE_DAYS } from "../../../src/insight/baseline.ts";
import type { Pauses } from "../../../src/insight/pause.ts";
import { project } from "../../../src/insight/project.ts";
import type { InsightQuery } from "../../../src/insight/query.ts";
import type { AlarmQuery, MetricsSnapshot } from "../../http/ports/insight.ts";
import { createFailureLog } from "../event-log.ts";
import { createAlarmClock } from "../storage/alarm-clock.ts";
import { doAlarmWork } from "../storage/alarm-work.ts";
import { maskRaw, type Quarantined, type QuarantinePosition } from "../storage/quarantine.ts";
import { deliverWebhooks } from "./deliver-webhooks.ts";
import { gather } from "./gather.ts";
import type { InsightLog } from "./insight-log.ts";
import { readGathering } from "./read-gathering.ts";
import { DAY_MS, HOUR_MS } from "./roll-ups.ts";
import type { Gathered, Gathering } from "./rpc.ts";
import { createRuleRun, type RuleSettings } from "./run-rules.ts";
import { selectCells } from "./select-cells.ts";
import type { WebhookEnd } from "./send-webhook.ts";
import type { InsightStore } from "./store.ts";
import { sumHealth } from "./sum-health.ts";
import type { OutgoingWebhook } from "./webhook-outbox.ts";

export interface InsightPlatform {
  readonly store: InsightStore;
  readonly setAlarm: (at: number) => void;
  readonly now: () => number;
  readonly random: () => number;
  readonly log: InsightLog;
  /** `undefined`: there is no webhook. */
  readonly send: ((webhook: OutgoingWebhook) => Promise<WebhookEnd>) | undefined;
  /** The most that is stored. */
  readonly maxBytes: number;
}

/** When to try again what failed. */
const AFTER_FAILURE_MS = 10_000;
const MOST_LISTED = 500;

export function createInsightKeeper(platform: InsightPlatform, settings: RuleSettings) {
  const { store, now, random, log, send, maxBytes } = platform;
  const clock = createAlarmClock(platform);
  const logFailure = createFailureLog(log);
  const rules = createRuleRun(store, settings, { log, sends: send !== undefined });

  return {
    /** Call it once, before anything else. A disk that cannot be read must not keep the object from starting. */
    wake(alarm: number | undefined): void {
      clock.found(alarm);
      try {
        arm();
      } catch (error) {
        logFailure("the figures could not be put in order", error);
      }
    },

    /** @throws {Error} when the object is full. The source keeps what it counted, and sends it again. */
    gather(gathering: Gathering): Gathered {
      const at = now();
      if (store.size() > maxBytes) throw new Error("The Insight object is full (LEDGER_MAX_MB).");
      const read = readGathering(gathering, at);
      const { answer, touched } = store.transact(() => gather(store, read, at));
      rules.touch(touched);
      // Not within it: a transaction that fails takes its alarm back.
      arm();
      const pauses = rules.pauses();
      return { ...answer, ...(Object.keys(pauses).length > 0 && { pauses }) };
    },

    query(query: InsightQuery): InsightAnswer {
      const at = now();
      const { from, to, level, cells, history } = selectCells(store.rollUps, query, BASELINE_DAYS, at);
      const alarms = listAlarms("all", at - BASELINE_DAYS * DAY_MS, at);
      const answer = project({ cells, history, alarms }, { ...query, from, to });
      return { ...answer, step: Math.max(answer.step, level.length / 1000) };
    },

    alarms: ({ state, since }: AlarmQuery): readonly Alarm[] => listAlarms(state, since, now()),

    pauses: (): Pauses => rules.pauses(),

    metrics(): MetricsSnapshot {
      const at = now();
      const reports = sumHealth(store.sources.list());
      return { ...store.totals.read(at), alarms: listAlarms("open", 0, at), reports };
    },

    nudge: (): void => arm(),

    listSetAside: (limit: number, after: QuarantinePosition | undefined): Quarantined[] =>
      store.quarantine.list(limit, after).map((one) => ({ ...one, raw: maskRaw(one.raw) })),

    countSetAside: (): number => store.quarantine.count(),

    /** The alarm. Never rejects. */
    alarm: (): Promise<void> =>
      doAlarmWork("figures", {
        clock,
        parts: () => ({
          "the rules could not be run": () => rules.run(now()),
          "alarms could not be sent to the webhook": () =>
            deliverWebhooks({ outbox: store.outbox, send, now, random, logLost }),
          "the figures could not be purged": () => store.transact(() => purge(now())),
        }),
        arm,
        retryAt: () => now() + AFTER_FAILURE_MS,
        logFailure,
      }),
  };

  function listAlarms(state: AlarmQuery["state"], since: number, at: number): Alarm[] {
    return rules.showPauses(store.alarms.list(state, since, MOST_LISTED, at), at);
  }

  function purge(at: number): void {
    store.rollUps.purge(at);
    store.known.purge(at);
    store.alarms.purge(at);
    store.quarantine.purge(at);
  }

  function arm(): void {
    const at = now();
    const dues = [store.outbox.nextDue(), rules.nextRun(at), store.hasFigures() ? nextPurge(at) : undefined];
    const known = dues.filter((due) => due !== undefined);
    if (known.length > 0) clock.arm(Math.min(...known));
  }

  function logLost(id: string, reason: string): void {
    const hint = `alarm ${id} did not reach INSIGHT_WEBHOOK_URL: ${reason}`;
    log({ level: "error", event: "webhook-lost", hint });
  }
}

/** The next full hour: no bucket is shorter-lived than two days. */
const nextPurge = (now: number): number => (Math.floor(now / HOUR_MS) + 1) * HOUR_MS;

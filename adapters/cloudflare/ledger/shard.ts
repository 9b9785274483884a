// One shard of the ledger: stores what src/ledger decides, sends what it says, and wakes up when something is due.
// What it needs of the platform is handed in, so that this file is about the order of things and nothing else.

import { withProbeSent } from "../../../src/ledger/circuit-breaker.ts";
import type { Ended, LedgerEvent, LedgerRules, Step } from "../../../src/ledger/events.ts";
import { isUnrestricted, type KeyState, nextSendAt } from "../../../src/ledger/key-state.ts";
import type { Layout } from "../../../src/ledger/layout.ts";
import { step } from "../../../src/ledger/machine.ts";
import { type MessageKey, REPORT_STATES, type ReportState, type Row } from "../../../src/ledger/row.ts";
import { LONGEST_DELAY_MS, longestWaitFor } from "../../../src/ledger/schedule.ts";
import { type StoredGate, toStoredGate } from "../../../src/ledger/stored-gate.ts";
import { TRAFFICS, type Traffic } from "../../../src/wire/report.ts";
import type { LedgerAnswer, LedgerReport, TrackedMessage } from "../../http/ports/ledger.ts";
import { createAlarmClock } from "../storage/alarm-clock.ts";
import { runParts } from "../storage/parts.ts";
import { createAllowances } from "./allowances.ts";
import { createBudget } from "./budget.ts";
import type { Commit } from "./group-commit.ts";
import { createKeyStates } from "./key-states.ts";
import { createShardLayout, type Moved } from "./shard-layout.ts";
import { createFailureLog, type ShardLogEntry } from "./shard-log.ts";
import type { Count, Position, SetAside, Store } from "./store.ts";

export interface ShardPlatform {
  readonly store: Store;
  readonly commit: Commit;
  /** Sends one report once, and never rejects. */
  readonly send: (row: Row) => Promise<Ended>;
  /** Wakes the shard at an instant, in place of the one set before. Durable together with what is being written. */
  readonly setAlarm: (at: number) => void;
  /** Which of the shards this is; left out, every message belongs to it. */
  readonly index?: number | undefined;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly log: (entry: ShardLogEntry) => void;
}

/** Durations in milliseconds. */
export interface ShardRules extends LedgerRules {
  /** How long a caller waits for Vonage before it is told that its report is on its way. */
  readonly budget: number;
  /** Bytes on disk from which on no further message is taken. */
  readonly maxBytes: number;
}

export interface ShardStats {
  readonly counts: readonly Count[];
  readonly unreadable: number;
  readonly oldestWaiting: number | undefined;
  readonly gates: readonly (readonly [Traffic, StoredGate])[];
}

export type Shard = ReturnType<typeof createShard>;

/** Requests of callers under way at once; what is beyond waits its turn in the queue. */
const MAX_IN_FLIGHT = 64;
/** Of the queue, for each key: what the platform lets one invocation have open. */
const MAX_DRAINING = 6;
/** One wake-up works for so long, and leaves the rest to the next: the platform ends one after 15 minutes. */
const LONGEST_WAKE_MS = 20_000;
/** Of which the forgetting takes so much at most. */
const LONGEST_PURGE_MS = 2000;
const PURGE_EVERY_MS = 60_000;
const AFTER_FAILURE_MS = 5000;
/** A pause up to this is waited for; for a longer one the alarm is set. */
const SHORT_PAUSE_MS = 2000;
/** Rows handled in one transaction where nothing is sent. */
const BATCH = 200;
/** The longest that a message may be tracked for is a day; an hour more is for clocks that differ. */
const LONGEST_TRACKING_MS = 25 * 3_600_000;
/** How often the size on disk is looked at, in reports. */
const SIZE_EVERY = 64;

const WAITING: readonly ReportState[] = ["sending", "queued", "tracking"];
const SETTLED: readonly ReportState[] = ["recorded", "dead"];

export function createShard(platform: ShardPlatform, rules: ShardRules) {
  const { store, send, now, random, log } = platform;
  const withinBudget = createBudget(rules.budget, now);
  const logFailure = createFailureLog(log);
  const layouts = createShardLayout(store, platform.index, now, log);
  const keys = createKeyStates({ store, now, random, log, logFailure, longestRequest: rules.lostAfter });
  const { allow } = createAllowances((traffic) => keys.of(traffic).perSecond, now);
  const inFlight = new Set<string>();
  const clock = createAlarmClock(platform);
  /** When to look after what a failure has left. */
  let recoverAt = 0;
  let looks = 0;
  let full = false;

  return {
    /**
     * To be called once, before anything else: whatever was under way in an earlier life is not any more. A disk that
     * cannot write must not keep it from answering what it can.
     */
    wake(alarm: number | undefined): void {
      clock.found(alarm);
      try {
        store.reviveSending(now());
        clampDue();
        store.setAsideUnknown(now());
        clock.arm(nextWake());
      } catch (error) {
        logFailure("the ledger could not be put in order", error);
      }
    },

    /**
     * Sets the alarm if something is due and it is not set, should the platform ever have lost it; and tries keys at
     * once that are known to be mended.
     */
    nudge,

    /**
     * Takes a report: sends it now and waits for Vonage as long as the budget lasts, or puts it where it is safe.
     *
     * @returns `full`: there is no room for it.
     */
    async report(report: LedgerReport, layout?: Layout): Promise<LedgerAnswer | "full" | Moved> {
      const { traffic, delivered, occurredAt, timed } = report;
      if (isFull() && !store.has(report)) return "full";
      let isProbe = false;
      const step = await apply(report, layout, (before, at) => {
        const key = keys.of(traffic);
        const maySend = nextSendAt(key, at) <= at && inFlight.size < MAX_IN_FLIGHT;
        isProbe = maySend && key.openedBy !== null;
        const hold = !(isProbe || (maySend && isUnrestricted(key)));
        const event = { type: "report", traffic, delivered, occurredAt, timed, hold } as const;
        const result = put(report, before, event, at);
        if (isProbe && result.actions.send) keys.set(traffic, withProbeSent(key, at, rules.lostAfter));
        return result;
      });
      if ("moved" in step) return step;
      const { row, actions } = step;
      const attempts = row?.attempts ?? 0;
      switch (actions.answer) {
        case "duplicate":
        case "conflict":
          return { status: actions.answer, attempts };
        case "rejected":
          return { status: "rejected", attempts, reason: "rejected" };
        case "other-traffic":
          return { status: "conflict", attempts, otherTraffic: true };
      }
      if (row === undefined || !actions.send) {
        const { openedBy } = keys.of(traffic);
        const reason = openedBy === null || openedBy === "outage" ? row?.reason : openedBy;
        return { status: "accepted", attempts, ...(reason && { reason }) };
      }
      const ended = await withinBudget(attempt(row, isProbe));
      if (ended === undefined) return { status: "accepted", attempts, reason: "timeout" };
      if (ended.code === null) return { status: "recorded", attempts };
      return { status: ended.code === "rejected" ? "rejected" : "accepted", attempts, reason: ended.code };
    },

    /** Awaits a message's report; the expiry is the machine's to report. */
    async track(
      message: TrackedMessage,
      layout?: Layout,
    ): Promise<"tracked" | "other-traffic" | "full" | Moved> {
      if (isFull() && !store.has(message)) return "full";
      const { traffic, expiresAt } = message;
      const step = await apply(message, layout, (before, at) =>
        put(message, before, { type: "track", traffic, expiresAt }, at),
      );
      if ("moved" in step) return step;
      return step.actions.answer === "other-traffic" ? "other-traffic" : "tracked";
    },

    /** Sends a dead or waiting report again, soon. */
    async retry(key: MessageKey, layout?: Layout): Promise<"accepted" | "unknown" | "nothing" | Moved> {
      const step = await apply(key, layout, (before, at) => put(key, before, { type: "retry" }, at));
      if ("moved" in step) return step;
      const { row, actions } = step;
      if (row === undefined) return "unknown";
      // A person who asks for it has likely mended something.
      if (actions.answer === "accepted") nudge([row.traffic]);
      return actions.answer === "accepted" ? "accepted" : "nothing";
    },

    /** Whether a message is here; from now on, by the Worker's layout. */
    has: (key: MessageKey, layout?: Layout): Promise<boolean | Moved> =>
      commit(() => {
        const isHere = store.has(key);
        return (layout && layouts.check(key, layout, isHere)) ?? isHere;
      }),

    /** Of the first shard, which is the authority: the layout in force, given a Worker's setting. */
    layout: (wanted: readonly number[], seen?: Layout): Promise<Layout> =>
      commit(() => layouts.settle(wanted, seen)),

    list: (state: ReportState, limit: number, after: Position | undefined): Row[] =>
      store.list(state, limit, after, now()),

    listSetAside: (limit: number, after: Position | undefined): SetAside[] =>
      store.listSetAside(limit, after),

    stats: (): ShardStats => ({
      counts: store.counts(),
      unreadable: store.countSetAside(),
      oldestWaiting: store.oldestWaiting(),
      gates: keys.all().map(([traffic, state]) => [traffic, toStoredGate(state)] as const),
    }),

    /** The alarm: does what is due. Never throws, since the platform would give up after six times. */
    async alarm(): Promise<void> {
      clock.rang();
      const started = now();
      const until = started + LONGEST_WAKE_MS;
      let sent = 0;
      const succeeded = await runParts(
        {
          // In place of the alarm that has gone off, which the first row that is stored would replace: cut off in the
          // middle, it must not leave the rest to the alarm of a row that is recorded, or awaited, for long.
          "the ledger's next alarm could not be set": () => {
            const left = nextWake();
            if (left !== undefined) clock.arm(Math.max(left, started + rules.lostAfter));
          },
          "the ledger could not forget what is settled": () => purge(started + LONGEST_PURGE_MS),
          "the ledger's alarm failed": async () => {
            const ended = await Promise.allSettled(TRAFFICS.map((traffic) => drain(traffic, until)));
            for (const one of ended) if (one.status === "fulfilled") sent += one.value;
            for (const one of ended) if (one.status === "rejected") throw one.reason;
          },
        },
        logFailure,
      );
      if (sent > 0) log({ level: "info", event: "drained", sent, ms: now() - started });
      try {
        // Where something failed, not at once: what is due would be due for ever.
        if (!succeeded) return recover();
        clock.rang();
        clock.arm(nextWake());
      } catch (error) {
        logFailure("the ledger's next alarm could not be set", error);
        recover();
      }
    },
  };

  /** What was put off by a clock that was ahead is due after the longest time that it may be put off for. */
  function clampDue(): void {
    const furthest: Readonly<Record<ReportState, number>> = {
      tracking: LONGEST_TRACKING_MS,
      sending: rules.lostAfter,
      queued: LONGEST_DELAY_MS,
      recorded: rules.keepRecorded,
      dead: rules.keepDead,
    };
    for (const state of REPORT_STATES) {
      for (const traffic of TRAFFICS) store.clampDue(state, traffic, now() + furthest[state]);
    }
  }

  function nudge(mended: readonly Traffic[]): void {
    clampDue();
    for (const traffic of mended) {
      const key = keys.of(traffic);
      if (key.openedBy !== null) keys.set(traffic, { ...key, probeAt: now() });
    }
    clock.arm(nextWake());
  }

  async function commit<T>(work: () => T, lazily = false): Promise<T> {
    try {
      return await platform.commit(work, lazily);
    } catch (error) {
      layouts.reload();
      recover();
      throw error;
    }
  }

  /** A transaction that fails takes back the alarm that was set in it: it is set anew, and no later each time. */
  function recover(): void {
    if (recoverAt <= now() || recoverAt > now() + AFTER_FAILURE_MS) recoverAt = now() + AFTER_FAILURE_MS;
    clock.takenBack(recoverAt);
  }

  /** Lets something happen to a message, together with what else is to be written; unless it may be elsewhere. */
  async function apply(
    key: MessageKey,
    layout: Layout | undefined,
    change: (before: Row | undefined, at: number) => Step,
  ): Promise<Step | Moved> {
    let result: Step | undefined;
    try {
      return await commit(() => {
        const at = now();
        const before = store.read(key, at);
        const moved = layouts.check(key, layout, before !== undefined);
        if (moved !== undefined) return moved;
        result = change(before, at);
        return result;
      });
    } catch (error) {
      if (result?.actions.send) inFlight.delete(toId(key));
      throw error;
    }
  }

  /** Within a transaction: one step, stored, with the alarm that it needs. */
  function put(key: MessageKey, before: Row | undefined, event: LedgerEvent, at: number): Step {
    const result = step(key, before, event, at, rules);
    const { row } = result;
    if (row !== before) {
      store.write(before, row);
      if (row !== undefined)
        clock.arm(Math.max(row.due, row.state === "queued" ? nextSendAt(keys.of(row.traffic), at) : 0));
    }
    if (result.actions.send) inFlight.add(toId(key));
    return result;
  }

  /** One request, and what it says of its key and of its message. The caller need not wait for the latter. */
  async function attempt(row: Row, isProbe: boolean): Promise<Ended> {
    const ended = await send(row).catch((error: unknown): Ended => {
      logFailure("a report could not be sent", error);
      return { code: "network" };
    });
    // The breaker has closed: the waiting reports need not wait for their alarm.
    if (keys.learn(row.traffic, ended, isProbe)) clock.arm(now());
    note(row, ended);
    return ended;
  }

  async function note(row: Row, ended: Ended): Promise<void> {
    try {
      await commit(() => {
        const at = now();
        inFlight.delete(toId(row));
        put(row, store.read(row, at), { type: "ended", ended, random: random() }, at);
      }, true);
    } catch (error) {
      // It stays "sending" in the ledger, and will be sent again when it counts as lost.
      inFlight.delete(toId(row));
      logFailure("the end of an attempt could not be stored", error);
    }
  }

  /** Sends what is due, as fast as its key may go; gives how many that were. */
  async function drain(traffic: Traffic, until: number): Promise<number> {
    const active = new Set<Promise<unknown>>();
    let sent = 0;
    while (now() < until) {
      const key = keys.of(traffic);
      const isProbe = key.openedBy !== null;
      if (isProbe) await giveUpWaiting(traffic, key);
      const next = nextSendAt(key, now());
      if (next > now()) {
        // Wait for a short pause here; after a long one the alarm wakes the shard.
        if (isProbe || next - now() > SHORT_PAUSE_MS) break;
        await sleep(next - now());
        continue;
      }
      const allowance = allow(traffic);
      const room = isProbe ? 1 - active.size : Math.min(MAX_DRAINING - active.size, Math.floor(allowance));
      if (room <= 0) {
        const wait = allowance < 1 ? ((1 - allowance) / key.perSecond) * 1000 : SHORT_PAUSE_MS;
        await Promise.race([sleep(Math.ceil(wait)), ...active]);
        continue;
      }
      const rows = await take(traffic, room, isProbe);
      if (rows.length === 0 && active.size === 0) break;
      for (const row of rows) {
        const one: Promise<unknown> = attempt(row, isProbe).finally(() => active.delete(one));
        active.add(one);
      }
      sent += rows.length;
      allow(traffic, rows.length);
      // What becomes due meanwhile does not wait for the slowest.
      if (rows.length < room) await Promise.race([sleep(untilNextDue(traffic)), ...active]);
    }
    await Promise.all(active);
    return sent;
  }

  /** Milliseconds until the next report is due, or a short pause where that is shorter. */
  function untilNextDue(traffic: Traffic): number {
    const at = now();
    const waits = WAITING.map((state) => (store.firstDue(state, traffic) ?? at) - at).filter(
      (wait) => wait > 0,
    );
    return Math.min(SHORT_PAUSE_MS, ...waits);
  }

  /** Begins what has been due the longest. */
  async function take(traffic: Traffic, limit: number, isProbe: boolean): Promise<Row[]> {
    const begun: Row[] = [];
    try {
      await commit(() => {
        const at = now();
        const due = WAITING.flatMap((state) => store.due(state, traffic, at, limit));
        for (const row of due.sort((a, b) => a.due - b.due).slice(0, limit)) {
          if (inFlight.has(toId(row))) {
            // It cannot be lost while it is under way here.
            store.write(row, { ...row, due: at + rules.lostAfter });
            continue;
          }
          const { row: sending, actions } = put(row, row, { type: "due" }, at);
          if (sending !== undefined && actions.send) begun.push(sending);
        }
        if (isProbe && begun.length > 0) {
          keys.set(traffic, withProbeSent(keys.of(traffic), at, rules.lostAfter));
        }
      });
    } catch (error) {
      for (const row of begun) inFlight.delete(toId(row));
      throw error;
    }
    return begun;
  }

  /** Gives up what has waited for too long for its key: by what keeps it closed now, not by what did before. */
  async function giveUpWaiting(traffic: Traffic, { openedBy, since }: KeyState): Promise<void> {
    if (openedBy === null) return;
    const reason = openedBy === "outage" ? "unavailable" : openedBy;
    const before = now() - longestWaitFor(openedBy);
    if (since > before) return;
    for (const state of ["queued", "tracking"] as const) {
      for (let done = BATCH; done === BATCH; ) {
        done = await commit(() => {
          const rows = store.due(state, traffic, before, BATCH, now());
          for (const row of rows) put(row, row, { type: "held", reason }, now());
          return rows.length;
        });
      }
    }
  }

  /** Forgets what has been settled for long enough. */
  async function purge(until: number): Promise<void> {
    for (const state of SETTLED) {
      for (const traffic of TRAFFICS) {
        for (let done = BATCH; done === BATCH && now() < until; ) {
          done = await commit(() => {
            const rows = store.due(state, traffic, now(), BATCH);
            for (const row of rows) put(row, row, { type: "due" }, now());
            return rows.length;
          });
        }
      }
    }
    store.purgeSetAside(now());
  }

  /** When something is next to be done. */
  function nextWake(): number | undefined {
    const at = now();
    const instants = REPORT_STATES.flatMap((state) =>
      TRAFFICS.flatMap((traffic) => {
        const due = store.firstDue(state, traffic);
        return due === undefined ? [] : [wakeFor(state, traffic, due, at)];
      }),
    );
    const setAside = store.nextSetAsideEnd();
    if (setAside !== undefined) instants.push(setAside + PURGE_EVERY_MS);
    return instants.length === 0 ? undefined : Math.min(...instants);
  }

  /** When to wake up for what is due: not before its gate opens; and not for every single row that can be forgotten. */
  function wakeFor(state: ReportState, traffic: Traffic, due: number, at: number): number {
    if (SETTLED.includes(state)) return Math.ceil(due / PURGE_EVERY_MS) * PURGE_EVERY_MS;
    return Math.max(due, nextSendAt(keys.of(traffic), at));
  }

  function isFull(): boolean {
    if (looks++ % SIZE_EVERY === 0) full = store.size() > rules.maxBytes;
    return full;
  }
}

const toId = ({ channel, messageId }: MessageKey) => `${channel} ${messageId}`;

const sleep = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

// Sends the waiting reports of one key, at the pace that Vonage takes.

import { withProbeSent } from "../../../src/ledger/circuit-breaker.ts";
import { type KeyState, nextSendAt } from "../../../src/ledger/key-state.ts";
import type { ReportState, Row } from "../../../src/ledger/row.ts";
import { longestWaitFor } from "../../../src/ledger/schedule.ts";
import type { Traffic } from "../../../src/wire/report.ts";
import { createAllowances } from "./allowances.ts";
import type { KeyStates } from "./key-states.ts";
import type { ShardPlatform, ShardRules } from "./shard-platform.ts";
import { ROWS_PER_TRANSACTION } from "./store.ts";
import type { Submission } from "./submission.ts";
import type { Transitions } from "./transitions.ts";

/** Requests open at once for one key: the platform limits the connections of an invocation to six. */
const MAX_DRAINING = 6;
/** Up to this, a pause is waited for; after a longer one the alarm wakes the shard. */
const SHORT_PAUSE_MS = 2000;

/** Transactions in which one look gives reports up: calls that arrive wait for the last. The rest follows at the next. */
const BATCHES_GIVEN_UP = 10;

const WAITING: readonly ReportState[] = ["sending", "queued", "tracking"];

/**
 * Makes the function that sends what is due for a key.
 *
 * @returns A function of the traffic and of the time to stop at, epoch milliseconds; it resolves with how many reports
 * were sent.
 */
export function createDrain(
  { store, now, sleep = sleepReally }: Pick<ShardPlatform, "store" | "now" | "sleep">,
  {
    keys,
    transitions,
    submit,
  }: { readonly keys: KeyStates; readonly transitions: Transitions; readonly submit: Submission["submit"] },
  rules: ShardRules,
) {
  const { commit, put } = transitions;
  const { allow } = createAllowances((traffic) => keys.of(traffic).perSecond, now);

  return async function drain(traffic: Traffic, until: number): Promise<number> {
    const active = new Set<Promise<unknown>>();
    let sent = 0;
    while (now() < until) {
      const key = keys.of(traffic);
      const isProbe = key.openedBy !== null;
      if (isProbe) await giveUpWaiting(traffic, key);
      const next = nextSendAt(key, now());
      if (next > now()) {
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
        // An end that cannot be stored is stored later.
        const one: Promise<unknown> = submit(row, isProbe)
          .catch(() => {})
          .finally(() => active.delete(one));
        active.add(one);
      }
      sent += rows.length;
      allow(traffic, rows.length);
      // Reports that become due meanwhile do not wait for the slowest request.
      if (rows.length < room) await Promise.race([sleep(untilNextDue(traffic)), ...active]);
    }
    await Promise.all(active);
    return sent;
  };

  /** Milliseconds until the next report is due, at most a short pause. */
  function untilNextDue(traffic: Traffic): number {
    const at = now();
    const waits = WAITING.map((state) => (store.firstDue(state, traffic) ?? at) - at).filter(
      (wait) => wait > 0,
    );
    return Math.min(SHORT_PAUSE_MS, ...waits);
  }

  /** Begins the reports that have been due the longest. */
  async function take(traffic: Traffic, limit: number, isProbe: boolean): Promise<Row[]> {
    return commit(() => {
      const at = now();
      const begun: Row[] = [];
      const due = WAITING.flatMap((state) => store.due(state, traffic, at, limit));
      for (const row of due.sort((a, b) => a.due - b.due).slice(0, limit)) {
        // This instance is still sending it, so the request is not lost.
        if (store.flights.has(row)) {
          transitions.postpone(row, at + rules.lostAfter);
          continue;
        }
        const { row: sending, actions } = put(row, row, { type: "due" }, at);
        if (sending !== undefined && actions.send) begun.push(sending);
      }
      if (isProbe && begun.length > 0) {
        keys.set(traffic, withProbeSent(keys.of(traffic), at, rules.lostAfter));
      }
      return begun;
    });
  }

  /** Gives up reports that have waited for longer than the present cause of the open breaker allows. */
  async function giveUpWaiting(traffic: Traffic, { openedBy, since }: KeyState): Promise<void> {
    if (openedBy === null) return;
    const reason = openedBy === "outage" ? "unavailable" : openedBy;
    const before = now() - longestWaitFor(openedBy);
    if (since > before) return;
    for (const state of ["queued", "tracking"] as const) {
      let done = ROWS_PER_TRANSACTION;
      for (let batch = 0; batch < BATCHES_GIVEN_UP && done === ROWS_PER_TRANSACTION; batch++) {
        done = await commit(() => {
          const rows = store.due(state, traffic, before, ROWS_PER_TRANSACTION, now());
          for (const row of rows) put(row, row, { type: "held", reason }, now());
          return rows.length;
        });
      }
    }
  }
}

const sleepReally = (milliseconds: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

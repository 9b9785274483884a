// Applies events to messages: reads the row, asks src/ledger for the next one, and keeps it: in memory while a request
// is under way, otherwise on disk, together with the alarm that it needs.

import type { Ended, LedgerEvent, Step } from "../../../src/ledger/events.ts";
import { nextSendAt } from "../../../src/ledger/key-state.ts";
import type { Layout } from "../../../src/ledger/layout.ts";
import { step } from "../../../src/ledger/machine.ts";
import type { MessageKey, Row } from "../../../src/ledger/row.ts";
import { isNoted, needsNote, toNote, type UnderWay } from "../../../src/ledger/under-way.ts";
import type { AlarmClock } from "../storage/alarm-clock.ts";
import type { Forgetting } from "./forgetting.ts";
import type { KeyStates } from "./key-states.ts";
import type { Moved, ShardLayout } from "./shard-layout.ts";
import type { ShardPlatform, ShardRules } from "./shard-platform.ts";

export type Transitions = ReturnType<typeof createTransitions>;

/** A step, and what it changes. */
interface Plan {
  readonly result: Step;
  /** The state in memory afterwards. `undefined` means that no request is under way. */
  readonly underWay: UnderWay | undefined;
  /** The row on disk. */
  readonly before: Row | undefined;
  /** The row to have there; the very same object: nothing is to be written. */
  readonly after: Row | undefined;
}

const AFTER_FAILURE_MS = 5000;
const DEAD_HINT = "a report was given up: GET /reports?state=dead lists it, and retry submits it again";

export function createTransitions(
  platform: Pick<ShardPlatform, "store" | "commit" | "now" | "counting" | "log">,
  parts: {
    readonly layouts: ShardLayout;
    readonly keys: KeyStates;
    readonly clock: AlarmClock;
    readonly forgetting: Forgetting;
  },
  rules: ShardRules,
) {
  const { store, now, counting, log } = platform;
  const { flights } = store;
  const { layouts, keys, clock, forgetting } = parts;
  let recoverAt = 0;

  return {
    commit,
    recover,

    /**
     * Changes one message, unless it belongs to another shard: at once if nothing has to be written, otherwise in a
     * transaction.
     *
     * @param toEvent Called again for the transaction, since more may have happened until then.
     * @param onSend Called when a request begins, in the same transaction.
     */
    async apply(
      key: MessageKey,
      layout: Layout | undefined,
      toEvent: (at: number) => LedgerEvent,
      onSend: (at: number) => void = () => {},
    ): Promise<Step | Moved> {
      const attempt = (mayWrite: boolean): Step | Moved | undefined => {
        const at = now();
        const before = store.read(key, at);
        const moved = layouts.check(key, layout, before !== undefined);
        if (moved !== undefined) return moved;
        const planned = plan(key, before, toEvent(at), at);
        if (planned.before !== planned.after && !mayWrite) return undefined;
        carryOut(key, planned, at);
        if (planned.result.actions.send) onSend(at);
        return planned.result;
      };
      const done = layouts.isNews(layout) ? undefined : attempt(false);
      return done ?? (commit(() => attempt(true)) as Promise<Step | Moved>);
    },

    put,

    /** Moves the instant, within a transaction, at which the request of a stored message counts as lost. */
    postpone(stored: Row, due: number): void {
      const flight = flights.get(stored);
      const later = { ...stored, due };
      store.write(stored, later);
      if (flight !== undefined) flights.keep({ row: { ...flight.row, due }, stored: later });
    },

    /** Stores that a report under way was accepted: from now on it survives a crash. */
    accept: (key: MessageKey): Promise<void> =>
      commit(() => {
        const flight = flights.get(key);
        // Its end is stored already.
        if (flight === undefined) return;
        const { row, stored } = flight;
        const note = isNoted(flight) ? stored : toNote(row, stored, now());
        store.write(stored, note);
        flights.keep({ row, stored: note });
        clock.arm(row.due);
      }),

    /** Stores how a request ended. */
    end: (key: MessageKey, ended: Ended, random: number): Promise<void> =>
      commit(() => {
        const flight = flights.get(key);
        if (flight === undefined) return;
        const { row, stored } = flight;
        // Meanwhile it may have been forgotten.
        flights.keep({ row, stored: stored && store.readStored(key, now()) });
        put(key, row, { type: "ended", ended, random }, now());
      }),
  };

  async function commit<T>(work: () => T): Promise<T> {
    try {
      const result = await platform.commit(work);
      // The transaction has written its counters. Not within it: a transaction that fails takes its alarm back.
      clock.arm(counting?.dueAt());
      return result;
    } catch (error) {
      layouts.reload();
      recover();
      throw error;
    }
  }

  /** Takes one step within a transaction. */
  function put(key: MessageKey, current: Row, event: LedgerEvent, at: number): Step {
    const planned = plan(key, current, event, at);
    carryOut(key, planned, at);
    return planned.result;
  }

  /** @param current The message as it is in memory, or else on disk. */
  function plan(key: MessageKey, current: Row | undefined, event: LedgerEvent, at: number): Plan {
    const result = step(key, current, event, at, rules);
    const { row, actions } = result;
    const flight = flights.get(key);
    const before = flight === undefined ? current : flight.stored;
    if (row?.state !== "sending") return { result, before, after: row, underWay: undefined };
    if (actions.send) {
      const after = needsNote(before) ? toNote(row, before, at) : before;
      return { result, before, after, underWay: { row, stored: after } };
    }
    if (event.type === "receipt") {
      const after = before && step(key, before, event, at, rules).row;
      return { result, before, after, underWay: flight && { row, stored: after } };
    }
    const isPromised = actions.answer === "accepted" || actions.answer === "tracked";
    const isKnown = row === current && (flight === undefined || isNoted(flight));
    const after = isPromised && !isKnown ? toNote(row, before, at) : before;
    return { result, before, after, underWay: flight && { row, stored: after } };
  }

  function carryOut(key: MessageKey, { result, before, after, underWay }: Plan, at: number): void {
    store.write(before, after);
    if (after?.state === "dead" && before?.state !== "dead") logDead(after);
    if (underWay === undefined) flights.end(key);
    else flights.keep(underWay);
    // A note alone needs no alarm: the one for the row before it is set, and there is no promise to keep.
    if (after !== undefined && after !== before && !result.actions.send) arm(after, at);
  }

  function logDead({ traffic, reason, vonageStatus }: Row): void {
    const why = { ...(reason && { reason }), ...(vonageStatus !== undefined && { vonageStatus }) };
    log({ level: "error", event: "dead", traffic, ...why, hint: DEAD_HINT });
  }

  function arm(row: Row, at: number): void {
    if (row.state === "recorded") clock.arm(forgetting.recorded(row.due));
    else clock.arm(Math.max(row.due, row.state === "queued" ? nextSendAt(keys.of(row.traffic), at) : 0));
  }

  /** Sets the alarm again after a failed transaction, which took it back. Repeated failures do not postpone it. */
  function recover(): void {
    if (recoverAt <= now() || recoverAt > now() + AFTER_FAILURE_MS) recoverAt = now() + AFTER_FAILURE_MS;
    clock.takenBack(recoverAt);
  }
}

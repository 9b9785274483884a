// Calls of the Worker about one message: report, track, retry.

import { type Facts, sanitizeFacts } from "../../../src/insight/facts.ts";
import { UNKNOWN_COUNTRY, UNKNOWN_NETWORK } from "../../../src/insight/segment.ts";
import { withProbeSent } from "../../../src/ledger/circuit-breaker.ts";
import { isUnrestricted, nextSendAt } from "../../../src/ledger/key-state.ts";
import type { Layout } from "../../../src/ledger/layout.ts";
import type { MessageKey } from "../../../src/ledger/row.ts";
import type { Traffic } from "../../../src/wire/report.ts";
import type { LedgerAnswer, LedgerReceipt, LedgerReport, TrackedMessage } from "../../http/ports/ledger.ts";
import { createBudget } from "./budget.ts";
import type { KeyStates } from "./key-states.ts";
import type { Moved } from "./shard-layout.ts";
import type { ShardPlatform, ShardRules } from "./shard-platform.ts";
import type { Submission } from "./submission.ts";
import type { Transitions } from "./transitions.ts";

/** Requests under way at once for callers; further reports wait in the queue. */
const MAX_IN_FLIGHT = 64;
/** The size on disk is read once in so many calls. */
const SIZE_EVERY = 64;

interface IntakeParts {
  readonly keys: KeyStates;
  readonly transitions: Transitions;
  readonly submit: Submission["submit"];
  /** Tries keys at once, and arms the alarm for what is due. */
  readonly nudge: (keysToTry: readonly Traffic[]) => void;
}

export function createIntake(
  { store, now, counting }: Pick<ShardPlatform, "store" | "now" | "counting">,
  { keys, transitions, submit, nudge }: IntakeParts,
  rules: ShardRules,
) {
  const { apply, accept } = transitions;
  const withinBudget = createBudget(rules.budget, now);
  let calls = 0;
  let full = false;

  return {
    /**
     * Takes a report. Sends it at once if its key may send, and waits for Vonage up to the budget; otherwise queues it.
     *
     * @param waited The part of the budget that the caller has waited already, in milliseconds.
     * @returns `full`: there is no room for it.
     */
    async report(report: LedgerReport, layout?: Layout, waited = 0): Promise<LedgerAnswer | "full" | Moved> {
      const since = now() - waited;
      const { traffic } = report;
      if (isFull() && !store.has(report)) return "full";
      let isProbe = false;
      const toEvent = (at: number) => {
        const key = keys.of(traffic);
        const maySend = nextSendAt(key, at) <= at && store.flights.count() < MAX_IN_FLIGHT;
        isProbe = maySend && key.openedBy !== null;
        const hold = !(isProbe || (maySend && isUnrestricted(key)));
        const facts = toFacts(report.facts, report.occurredAt, at);
        return { ...report, type: "report", hold, facts } as const;
      };
      const step = await apply(report, layout, toEvent, (at) => {
        if (isProbe) keys.set(traffic, withProbeSent(keys.of(traffic), at, rules.lostAfter));
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
      const ended = await withinBudget(submit(row, isProbe), since);
      if (ended === undefined) {
        await accept(row);
        return { status: "accepted", attempts, reason: "timeout" };
      }
      if (ended.code === null) return { status: "recorded", attempts };
      return { status: ended.code === "rejected" ? "rejected" : "accepted", attempts, reason: ended.code };
    },

    /** Awaits the report of a message, and reports the expiry if none arrives. */
    async track(
      message: TrackedMessage,
      layout?: Layout,
    ): Promise<"tracked" | "other-traffic" | "full" | Moved> {
      if (isFull() && !store.has(message)) return "full";
      const step = await apply(message, layout, (at) => {
        const facts = toFacts(message.facts, at, at);
        return { ...message, type: "track", facts };
      });
      if ("moved" in step) return step;
      return step.actions.answer === "other-traffic" ? "other-traffic" : "tracked";
    },

    /** Adds a carrier's receipt to a message that is counted. Tells whether the message is here. */
    async receipt(receipt: LedgerReceipt, layout?: Layout): Promise<boolean | Moved> {
      const step = await apply(receipt, layout, () => ({ ...receipt, type: "receipt" }));
      return "moved" in step ? step : step.row?.traffic === receipt.traffic;
    },

    /** Sends a dead or waiting report again, soon. */
    async retry(key: MessageKey, layout?: Layout): Promise<"accepted" | "unknown" | "nothing" | Moved> {
      const step = await apply(key, layout, () => ({ type: "retry" }));
      if ("moved" in step) return step;
      const { row, actions } = step;
      if (row === undefined) return "unknown";
      // The operator has probably fixed the key.
      if (actions.answer === "accepted") nudge([row.traffic]);
      return actions.answer === "accepted" ? "accepted" : "nothing";
    },
  };

  /** @param sentAt For a message whose sending is not known. */
  function toFacts(given: Partial<Facts> | undefined, sentAt: number, at: number): Facts | undefined {
    if (counting === undefined) return undefined;
    const unknown = { country: UNKNOWN_COUNTRY, network: UNKNOWN_NETWORK, sentAt };
    return sanitizeFacts({ ...unknown, ...given }, at);
  }

  function isFull(): boolean {
    if (calls++ % SIZE_EVERY === 0) full = store.size() > rules.maxBytes;
    return full;
  }
}

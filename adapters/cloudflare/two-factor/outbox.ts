// What the ledger is still to be told: stored together with the state it follows from, told after, and again until
// the ledger has confirmed it. Whatever the order in which it hears of a message, its rules make the same of it.

import type { Statement } from "../../../src/two-factor/challenge/step.ts";
import type { Ledger } from "../../http/ports/ledger.ts";
import type { ChallengeStore, Outgoing } from "./challenge-store.ts";

/** What is used of the ledger. */
export type Listener = Pick<Ledger, "report" | "track">;

/** Statements told at the same time, where many have waited. */
const BATCH = 16;

export function createOutbox(
  store: ChallengeStore,
  ledger: Listener,
  now: () => number,
  logFailure: (what: string, error: unknown) => void,
) {
  const underWay = new Set<number>();
  /** The sequence behind which the next {@link tellAll} begins. */
  let begin = 0;
  /** By the transaction under way. */
  let posted: Outgoing[] = [];

  return {
    isEmpty: () => store.unposted(1, 0, now()).length === 0,

    /** To be called before a transaction that posts. */
    open(): void {
      posted = [];
    },

    /** Within a transaction. */
    post(statement: Statement): void {
      posted.push(store.post(statement));
    },

    /** After the transaction: tells what it posted. */
    flush: (): Promise<unknown> => Promise.all(posted.map(tell)),

    /**
     * Tells what waits, some at a time, and stops where the ledger fails altogether. Then the next call begins behind
     * those that failed, so that a part of the ledger that fails for long holds up only its own.
     *
     * @returns Whether anything is left, or may yet be.
     */
    async tellAll(): Promise<boolean> {
      const beginning = begin;
      begin = 0;
      // Twice: from where the last one stopped to the end, and from the front to there.
      const [behind, before] =
        beginning === 0 ? [await tellFrom(0), false] : [await tellFrom(beginning), true];
      return before && begin === 0 ? (await tellFrom(0, beginning)) || behind : behind || before;
    },
  };

  /** Gives whether anything was left between two sequences. Sets `begin` where it stopped. */
  async function tellFrom(first: number, last = Number.POSITIVE_INFINITY): Promise<boolean> {
    let left = false;
    for (let after = first; after < last; ) {
      const batch = store.unposted(BATCH, after, now());
      const idle = batch.filter(({ sequence }) => !underWay.has(sequence));
      const told = await Promise.all(idle.map(tell));
      // What is under way may fail yet.
      left ||= told.includes(false) || idle.length < batch.length;
      after = batch.at(-1)?.sequence ?? 0;
      if (batch.length < BATCH) return left;
      if (idle.length > 0 && !told.includes(true)) {
        begin = after;
        return true;
      }
    }
    return left;
  }

  async function tell({ sequence, statement }: Outgoing): Promise<boolean> {
    underWay.add(sequence);
    try {
      const { channel, messageId } = statement;
      const message = { channel, messageId, traffic: "2fa" } as const;
      if (statement.type === "track") await ledger.track({ ...message, expiresAt: statement.expiresAt });
      else {
        const { delivered, occurredAt } = statement;
        await ledger.report({ ...message, delivered, occurredAt });
      }
      store.confirm(sequence);
      return true;
    } catch (error) {
      logFailure("the ledger could not be told of a message", error);
      return false;
    } finally {
      underWay.delete(sequence);
    }
  }
}

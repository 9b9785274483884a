// A transactional outbox towards the ledger: a message is stored together with the state that it follows from, sent
// after the commit, and repeated until the ledger confirms it. The ledger's rules give the same result in any order.

import type { OutboxMessage } from "../../../src/two-factor/challenge/step.ts";
import type { Ledger } from "../../http/ports/ledger.ts";
import type { LogFailure } from "../event-log.ts";
import type { OutboxTable, Outgoing } from "./outbox-table.ts";

/** The part of the ledger that the outbox calls. */
export type Listener = Pick<Ledger, "report" | "track">;

export type Outbox = ReturnType<typeof createOutbox>;

/** Messages sent at the same time when many are waiting. */
const BATCH = 16;

export function createOutbox(
  store: OutboxTable,
  ledger: Listener,
  now: () => number,
  logFailure: LogFailure,
) {
  const underWay = new Set<number>();
  /** The next {@link sendAll} starts after this sequence. */
  let begin = 0;
  /** Messages of the current transaction. */
  let posted: Outgoing[] = [];

  return {
    isEmpty: () => store.unposted(1, 0, now()).length === 0,

    /** Call it before a transaction that posts. */
    open(): void {
      posted = [];
    },

    /** Within a transaction. */
    post(outboxMessage: OutboxMessage): void {
      posted.push(store.post(outboxMessage));
    },

    /** Sends what the transaction posted. Call it after the commit. */
    flush: (): Promise<unknown> => Promise.all(posted.map(send)),

    /**
     * Sends the waiting messages in batches, and stops when a whole batch fails. The next call then starts after that
     * batch, so that one failing shard of the ledger holds up only its own messages.
     *
     * @returns `true` if messages are left, or are still being sent.
     */
    async sendAll(): Promise<boolean> {
      const beginning = begin;
      begin = 0;
      // In two parts: from where the last call stopped to the end, then from the front to there.
      const [behind, before] =
        beginning === 0 ? [await sendFrom(0), false] : [await sendFrom(beginning), true];
      return before && begin === 0 ? (await sendFrom(0, beginning)) || behind : behind || before;
    },
  };

  /** Returns true if anything is left between two sequences. Sets `begin` where it stopped. */
  async function sendFrom(first: number, last = Number.POSITIVE_INFINITY): Promise<boolean> {
    let left = false;
    for (let after = first; after < last; ) {
      const batch = store.unposted(BATCH, after, now());
      const idle = batch.filter(({ sequence }) => !underWay.has(sequence));
      const sent = await Promise.all(idle.map(send));
      // Messages that are still being sent may fail.
      left ||= sent.includes(false) || idle.length < batch.length;
      after = batch.at(-1)?.sequence ?? 0;
      if (batch.length < BATCH) return left;
      if (idle.length > 0 && !sent.includes(true)) {
        begin = after;
        return true;
      }
    }
    return left;
  }

  async function send({ sequence, outboxMessage }: Outgoing): Promise<boolean> {
    underWay.add(sequence);
    try {
      const { channel, messageId } = outboxMessage;
      const message = { channel, messageId, traffic: "2fa" } as const;
      const { facts } = outboxMessage;
      const more = facts && { facts };
      if (outboxMessage.type === "track")
        await ledger.track({ ...message, expiresAt: outboxMessage.expiresAt, ...more });
      else {
        const { delivered, occurredAt } = outboxMessage;
        await ledger.report({ ...message, delivered, occurredAt, ...more });
      }
      store.confirm(sequence);
      return true;
    } catch (error) {
      logFailure("a message could not be sent to the ledger", error);
      return false;
    } finally {
      underWay.delete(sequence);
    }
  }
}

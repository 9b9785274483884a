// Sends the counters of a source to Insight: at most once in an interval, by the alarm of the object, never for a request.

import type { LogFailure } from "../../event-log.ts";
import type { Gathered, GatheredBlock, Gathering, SourceHealth } from "../rpc.ts";
import type { Counters } from "./counters.ts";

export type Flush = ReturnType<typeof createFlush>;

export interface FlushPlatform {
  /** `ledger-3` or `challenges-0`. */
  readonly source: string;
  readonly gather: (gathering: Gathering) => Promise<Gathered>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Milliseconds from one call to the next. */
  readonly interval: number;
  readonly logFailure: LogFailure;
  /** The state of the reports and the activity of blocks, sent with the counters. */
  readonly companions?: () => {
    readonly blocks?: readonly GatheredBlock[];
    readonly health?: SourceHealth;
  };
}

/** The first change after a pause waits for those that follow it. */
const FIRST_AFTER_MS = 2_000;
const LONGEST_BACK_OFF_MS = 3_600_000;
const ENTRIES = 1000;
/**
 * With the default interval, some seven minutes after the first: a deployment interrupts a call, and the next succeeds. It is
 * logged once until one succeeds.
 */
const FAILURES_LOGGED_AT = 3;
/** Calls of one wake-up. The rest follows soon. */
const MOST_CALLS = 10;
const REST_AFTER_MS = 1_000;
const PURGE_EVERY_MS = 3_600_000;

export function createFlush(
  { source, gather, now, random, interval, logFailure, companions = () => ({}) }: FlushPlatform,
  counters: Counters,
) {
  let dueAt: number | undefined;
  let sentAt = Number.NEGATIVE_INFINITY;
  let purgedAt = Number.NEGATIVE_INFINITY;
  let failures = 0;

  return {
    /** When to call {@link run}, epoch milliseconds; `undefined`: there is nothing to send. */
    dueAt: (): number | undefined => dueAt,

    /** Counters have changed. */
    changed(): void {
      // A clock that was ahead must not hold it up.
      const earliest = Math.min(sentAt + interval, now() + interval);
      dueAt ??= Math.max(now() + FIRST_AFTER_MS, earliest);
    },

    /**
     * The object has started: an earlier instance may have left changes unsent. An idle object ends after seconds, so
     * this must not put them off.
     *
     * @param alarm The alarm that is set; `undefined`: it has gone off.
     */
    wake(alarm: number | undefined): void {
      if (counters.unsent(1).length > 0) dueAt ??= Math.min(Math.max(alarm ?? 0, now()), now() + interval);
    },

    /** Sends what is due. Never rejects: what was not acknowledged is sent again. */
    async run(): Promise<void> {
      if (dueAt === undefined || dueAt > now()) return;
      try {
        const left = await send();
        sentAt = now();
        failures = 0;
        dueAt = left && now() + (left === "rest" ? REST_AFTER_MS : interval);
        if (Math.abs(now() - purgedAt) >= PURGE_EVERY_MS) {
          counters.purge();
          purgedAt = now();
        }
      } catch (error) {
        if (failures === FAILURES_LOGGED_AT) logFailure("counters could not be sent to Insight", error);
        const delay = Math.min(interval * 2 ** failures, LONGEST_BACK_OFF_MS);
        dueAt = now() + Math.round(delay * (0.75 + random() / 2));
        failures++;
      }
    },
  };

  /** Tells what is left: the rest of what there was, or changes since then. */
  async function send(): Promise<"rest" | "news" | undefined> {
    for (let calls = 0; calls < MOST_CALLS; calls++) {
      const entries = counters.unsent(ENTRIES);
      const held = counters.acknowledged();
      const upTo = entries.at(-1)?.seq ?? held;
      const answer = await gather({
        source,
        upTo,
        acknowledged: held,
        entries,
        ...(calls === 0 && companions()),
      });
      if (answer.upTo < held) {
        counters.sendAll();
        continue;
      }
      counters.acknowledge(upTo);
      if (entries.length < ENTRIES) return counters.unsent(1).length > 0 ? "news" : undefined;
    }
    return "rest";
  }
}

// All limits in one object, since some of them cover everything. Each message is counted before it is sent. The
// platform is injected.

import {
  endOfPart,
  LIMIT_KINDS,
  type Limit,
  type LimitKind,
  type Limits,
  oldestPart,
  partOf,
  toPrefix,
  waitFor,
} from "../../../src/two-factor/challenge/limits.ts";
import { listSpellings } from "../../../src/two-factor/numbers/spellings.ts";
import type { Sending } from "../../http/two-factor/challenges.ts";
import type { WebhookSighting } from "../../http/two-factor/webhook-record.ts";
import type { LogFailure } from "../event-log.ts";
import { createAlarmClock, toMinute } from "../storage/alarm-clock.ts";
import { doAlarmWork } from "../storage/alarm-work.ts";
import type { LimitStore } from "./limit-store.ts";

export interface LimiterPlatform {
  readonly store: LimitStore;
  readonly transact: <T>(work: () => T) => T;
  readonly setAlarm: (at: number) => void;
  readonly now: () => number;
  /** Logs a failure. An error is named by its class alone. */
  readonly logFailure?: LogFailure;
}

/** Pause before failed work is tried again. */
const AFTER_FAILURE_MS = 10_000;

/** A message that was counted by name: a kind of its own in the table of windows. */
const ONCE = "once";
/** For as long as a call that was cut off may be repeated, and some time more. */
const ONCE_MS = 10 * 60_000;

/**
 * Names of a limit's subject. The first is counted under; the others are former names, whose counts still apply.
 * Without an entry, the subject itself is its name.
 */
export type Names = Partial<Record<LimitKind, readonly [string, ...string[]]>>;

/** @param limits The limits in force, which may differ from those of an earlier start. */
export function createSendLimiter(platform: LimiterPlatform, limits: Limits) {
  const { store, transact, now, logFailure = () => {} } = platform;
  const { windows, counts, sightings, quarantine } = store;
  const clock = createAlarmClock(platform);

  return {
    /** Call it once, before anything else. A disk that cannot be read must not stop the object from starting. */
    wake(alarm: number | undefined): void {
      clock.found(alarm);
      try {
        arm();
      } catch (error) {
        logFailure("the alarm of the limits could not be set at start", error);
      }
    },

    /** Counts one more message for all its limits, or for none if one is reached. */
    take(sending: Sending, names: Names = {}) {
      const at = now();
      const { once } = sending;
      const applicable = listApplicable(sending, names);
      const taken = transact(() => {
        if (once !== undefined && windows.read(ONCE, once, 0, at).size > 0) return {};
        for (const { kind, limit, subject, others } of applicable) {
          const newest = partOf(at, limit);
          windows.gather(toKind(kind, limit), subject, others, newest, endOfPart(newest, limit), at);
          const sent = windows.read(toKind(kind, limit), subject, oldestPart(at, limit), at);
          const retryAfter = waitFor(sent, limit, at);
          if (retryAfter === 0) continue;
          counts.count(`refused:${kind}-limit`);
          return { refused: kind, retryAfter };
        }
        for (const { kind, limit, subject } of applicable) {
          const part = partOf(at, limit);
          windows.add(toKind(kind, limit), subject, part, endOfPart(part, limit));
        }
        if (once !== undefined) windows.add(ONCE, once, 0, at + ONCE_MS);
        counts.count("messages");
        return {};
      });
      // Outside the transaction: one that fails takes its alarm back.
      arm();
      return taken;
    },

    count: counts.count,

    counts: () => counts.read(now()),

    see: (sighting: WebhookSighting): void => sightings.add(sighting),

    sightings: () => sightings.read(now()),

    /** Removes the counts of a number, by all its names, and quarantined rows that mention it. */
    erase(number: string, names: readonly string[]) {
      return transact(() => ({
        counters: windows.eraseNumber([number, ...names]),
        unreadable: [number, ...names].reduce((sum, name) => sum + quarantine.erase(name), 0),
      }));
    },

    listQuarantined: quarantine.listMasked,

    countQuarantined: quarantine.count,

    /** Never rejects. */
    alarm: (): Promise<void> =>
      doAlarmWork("limits", {
        clock,
        parts: () => ({ "expired counts could not be deleted": () => transact(() => store.purge(now())) }),
        arm,
        retryAt: () => now() + AFTER_FAILURE_MS,
        logFailure,
      }),
  };

  /** The limits that apply to a message, each with its subject and the subject's former names. */
  function listApplicable({ number, caller, country, address }: Sending, names: Names) {
    // The first spelling is counted. Version 0.1 counted a number as it was written: those messages count as well.
    const spellings = listSpellings(number);
    const subjects: Readonly<Record<LimitKind, readonly string[] | undefined>> = {
      number: spellings,
      prefix: [...new Set(spellings.map(toPrefix))],
      address: address === undefined ? undefined : [address],
      // All numbers without a country count together.
      country: [country ?? ""],
      caller: [caller],
      total: [""],
    };
    return LIMIT_KINDS.flatMap((kind) => {
      const [limit, plain] = [limits[kind], subjects[kind]];
      if (limit === undefined || plain === undefined) return [];
      const [subject = "", ...others] = names[kind] ?? plain;
      return [{ kind, limit, subject, others }];
    });
  }

  function arm(): void {
    const end = store.nextEnd();
    if (end !== undefined) clock.arm(toMinute(end));
  }
}

/** The period is part of the name, since parts of another period have other indexes: a changed limit starts anew. */
const toKind = (kind: LimitKind, { period }: Limit) => `${kind}/${period}`;

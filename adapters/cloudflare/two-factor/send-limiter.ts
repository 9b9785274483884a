// All limits in one place, since some of them are over everything: one object that counts each message before it is
// sent. What it needs of the platform is handed in.

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
import { createAlarmClock } from "../storage/alarm-clock.ts";
import { runParts } from "../storage/parts.ts";
import { maskRaw, type Quarantined, type QuarantinePosition } from "../storage/quarantine.ts";
import type { LimitStore } from "./limit-store.ts";

export interface LimiterPlatform {
  readonly store: LimitStore;
  readonly transact: <T>(work: () => T) => T;
  readonly setAlarm: (at: number) => void;
  readonly now: () => number;
  /** Told of what failed, by its kind alone. */
  readonly logFailure?: (what: string, error: unknown) => void;
}

const PURGE_EVERY_MS = 60_000;
/** When to try again what failed. */
const AFTER_FAILURE_MS = 10_000;

/** A message that was counted by name. It stands among the windows, as a kind of its own. */
const ONCE = "once";
/** For as long as a call that was cut off may be repeated, and a while. */
const ONCE_MS = 10 * 60_000;
/**
 * Further names of what is limited: the first is the one to count under, the others are those that it was counted under
 * before. Default: as it comes.
 */
export type Names = Partial<Record<LimitKind, readonly [string, ...string[]]>>;

/** @param limits Those in force, which may have changed since the last time. */
export function createSendLimiter(platform: LimiterPlatform, limits: Limits) {
  const { store, transact, now, logFailure = () => {} } = platform;
  const clock = createAlarmClock(platform);

  return {
    /** To be called once, before anything else. A disk that cannot be read must not keep it from starting. */
    wake(alarm: number | undefined): void {
      clock.found(alarm);
      try {
        arm();
      } catch (error) {
        logFailure("the limits could not be put in order", error);
      }
    },

    /** Counts one more message for all its limits, or for none where one is reached. */
    take({ number, caller, country, address, once }: Sending, names: Names = {}) {
      const at = now();
      // The first is counted. Version 0.1 counted a number as it was written: those messages count as well.
      const spellings = listSpellings(number);
      const subjects: Readonly<Record<LimitKind, readonly string[] | undefined>> = {
        number: spellings,
        prefix: [...new Set(spellings.map(toPrefix))],
        address: address === undefined ? undefined : [address],
        // All numbers of no country count together.
        country: [country ?? ""],
        caller: [caller],
        total: [""],
      };
      const applicable = LIMIT_KINDS.flatMap((kind) => {
        const [limit, plain] = [limits[kind], subjects[kind]];
        if (limit === undefined || plain === undefined) return [];
        const [subject = "", ...others] = names[kind] ?? plain;
        return [{ kind, limit, subject, others }];
      });
      const taken = transact(() => {
        if (once !== undefined && store.read(ONCE, once, 0, at).size > 0) return {};
        for (const { kind, limit, subject, others } of applicable) {
          const newest = partOf(at, limit);
          store.gather(toKind(kind, limit), subject, others, newest, endOfPart(newest, limit), at);
          const counts = store.read(toKind(kind, limit), subject, oldestPart(at, limit), at);
          const retryAfter = waitFor(counts, limit, at);
          if (retryAfter === 0) continue;
          store.count(`refused:${kind}-limit`);
          return { refused: kind, retryAfter };
        }
        for (const { kind, limit, subject } of applicable) {
          const part = partOf(at, limit);
          store.add(toKind(kind, limit), subject, part, endOfPart(part, limit));
        }
        if (once !== undefined) store.add(ONCE, once, 0, at + ONCE_MS);
        store.count("messages");
        return {};
      });
      // Not within it: a transaction that fails takes its alarm back.
      arm();
      return taken;
    },

    count: (name: string): void => store.count(name),

    counts: () => store.counts(now()),

    see: (sighting: WebhookSighting): void => store.see(sighting),

    sightings: () => store.sightings(now()),

    /** Removes what was counted for a number, by all its names, and unreadable rows that mention it. */
    erase(number: string, names: readonly string[]) {
      return transact(() => ({
        counters: store.erase([number, ...names]),
        unreadable: [number, ...names].reduce((sum, name) => sum + store.quarantine.erase(name), 0),
      }));
    },

    listSetAside: (limit: number, after: QuarantinePosition | undefined): Quarantined[] =>
      store.quarantine.list(limit, after).map((one) => ({ ...one, raw: maskRaw(one.raw) })),

    countSetAside: (): number => store.quarantine.count(),

    /** The alarm. Never rejects: the platform would give up. */
    async alarm(): Promise<void> {
      clock.rang();
      let failed = false;
      await runParts(
        {
          "the limits could not forget": () => transact(() => store.purge(now())),
          "the next alarm of the limits could not be set": () => {
            // What failed is due still, and must not be tried without a pause.
            if (!failed) arm();
          },
        },
        (what, error) => {
          failed = true;
          clock.takenBack(now() + AFTER_FAILURE_MS);
          logFailure(what, error);
        },
      );
    },
  };

  function arm(): void {
    const end = store.nextEnd();
    if (end !== undefined) clock.arm(Math.ceil(end / PURGE_EVERY_MS) * PURGE_EVERY_MS);
  }
}

/** Parts of another period have other indexes: where it was changed, counting starts anew. */
const toKind = (kind: LimitKind, { period }: Limit) => `${kind}/${period}`;

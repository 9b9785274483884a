// All limits in one place, since some of them are over everything: one object that counts each message before it is
// sent. What it needs of the platform is handed in.

import {
  LIMIT_KINDS,
  type Limit,
  type LimitKind,
  type Limits,
  oldestPart,
  partOf,
  toPrefix,
  waitFor,
} from "../../../src/two-factor/limits.ts";
import type { Sending } from "../../fetch/two-factor/challenges.ts";
import type { WebhookSighting } from "../../fetch/two-factor/webhook-record.ts";
import type { LimitStore } from "./limit-store.ts";

export interface LimiterPlatform {
  readonly store: LimitStore;
  readonly transact: <T>(work: () => T) => T;
  readonly setAlarm: (at: number) => void;
  readonly now: () => number;
}

const PURGE_EVERY_MS = 60_000;

/** @param limits Those in force, which may have changed since the last time. */
export function createSendLimiter({ store, transact, setAlarm, now }: LimiterPlatform, limits: Limits) {
  let armed = false;

  return {
    /** To be called once, before anything else. */
    wake(alarm: number | undefined): void {
      armed = alarm !== undefined;
      arm();
    },

    /** Counts one more message for all its limits, or for none where one is reached. */
    take({ number, caller, country, address }: Sending) {
      const at = now();
      const subjects: Readonly<Record<LimitKind, string | undefined>> = {
        number,
        prefix: toPrefix(number),
        address,
        // All numbers of no country count together.
        country: country ?? "",
        caller,
        total: "",
      };
      const applicable = LIMIT_KINDS.flatMap((kind) => {
        const [limit, subject] = [limits[kind], subjects[kind]];
        return limit === undefined || subject === undefined ? [] : [{ kind, limit, subject }];
      });
      const taken = transact(() => {
        for (const { kind, limit, subject } of applicable) {
          const counts = store.read(toKind(kind, limit), subject, oldestPart(at, limit));
          const retryAfter = waitFor(counts, limit, at);
          if (retryAfter === 0) continue;
          store.count(`refused:${kind}-limit`);
          return { refused: kind, retryAfter };
        }
        for (const { kind, limit, subject } of applicable) {
          store.add(toKind(kind, limit), subject, partOf(at, limit), at + limit.period * 2);
        }
        store.count("messages");
        return {};
      });
      // Not within it: a transaction that fails takes its alarm back.
      arm();
      return taken;
    },

    count: (name: string): void => store.count(name),

    counts: () => store.counts(),

    see: (sighting: WebhookSighting): void => store.see(sighting),

    sightings: () => store.sightings(),

    alarm(): void {
      armed = false;
      store.purge(now());
      arm();
    },
  };

  function arm(): void {
    const end = armed ? undefined : store.nextEnd();
    if (end === undefined) return;
    armed = true;
    setAlarm(Math.max(Math.ceil(end / PURGE_EVERY_MS) * PURGE_EVERY_MS, now()));
  }
}

/** Parts of another period have other indexes: where it was changed, counting starts anew. */
const toKind = (kind: LimitKind, { period }: Limit) => `${kind}/${period}`;

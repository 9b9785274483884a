// The states of a shard's API keys, one for each traffic: kept in memory, stored where it matters, and logged.

import type { ConversionErrorCode } from "../../../src/client/errors.ts";
import type { Ended } from "../../../src/ledger/events.ts";
import {
  clampKeyState,
  isUnrestricted,
  type KeyState,
  UNRESTRICTED,
  updateKeyState,
} from "../../../src/ledger/key-state.ts";
import { TRAFFICS, type Traffic } from "../../../src/wire/report.ts";
import type { LogFailure } from "../event-log.ts";
import type { ShardLogEntry } from "./shard-log.ts";
import type { Store } from "./store.ts";

interface KeyStatesPlatform {
  readonly store: Pick<Store, "readKeyStates" | "writeKeyState">;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly log: (entry: ShardLogEntry) => void;
  readonly logFailure: LogFailure;
  /** The longest time that a probe can take, in milliseconds. */
  readonly longestRequest: number;
}

export type KeyStates = ReturnType<typeof createKeyStates>;

const HINTS: Partial<Record<ConversionErrorCode | "outage", string>> = {
  unauthorized: "Vonage refuses the credentials (401 or 403): check API key and secret of this traffic",
  not_enabled: "Vonage answers 402: ask Vonage support to enable the Conversion API for this API key",
};

export function createKeyStates({ store, now, random, log, logFailure, longestRequest }: KeyStatesPlatform) {
  const states = new Map<Traffic, KeyState>();
  const stored = store.readKeyStates();
  for (const traffic of TRAFFICS) states.set(traffic, stored.get(traffic) ?? UNRESTRICTED);

  const of = (traffic: Traffic): KeyState => {
    const state = states.get(traffic) ?? UNRESTRICTED;
    const clamped = clampKeyState(state, now(), longestRequest);
    if (clamped !== state) set(traffic, clamped);
    return clamped;
  };

  /** A state that cannot be stored is kept for the life of this instance. */
  const set = (traffic: Traffic, state: KeyState): void => {
    states.set(traffic, state);
    try {
      store.writeKeyState(traffic, state);
    } catch (error) {
      logFailure("the state of a key could not be stored", error);
    }
  };

  return {
    of,
    set,
    all: (): (readonly [Traffic, KeyState])[] => [...states.keys()].map((traffic) => [traffic, of(traffic)]),

    /**
     * Updates a key by the result of a request.
     *
     * @returns Whether this result has closed the circuit breaker.
     */
    learn(traffic: Traffic, ended: Ended, isProbe: boolean): boolean {
      const before = of(traffic);
      const after = updateKeyState(before, ended, isProbe, now(), random());
      if (after === before) return false;
      // A growing pace alone is not stored. Its end is: otherwise the next instance would start slowly again.
      const isWorthStoring =
        isUnrestricted(before) !== isUnrestricted(after) ||
        (["openedBy", "probeAt", "pausedUntil"] as const).some((name) => before[name] !== after[name]);
      if (isWorthStoring) set(traffic, after);
      else states.set(traffic, after);
      logChange(traffic, before, after, ended);
      return after.openedBy === null && before.openedBy !== null;
    },
  };

  function logChange(traffic: Traffic, before: KeyState, after: KeyState, { code }: Ended): void {
    if (isUnrestricted(before) && code === "rate_limited")
      log({ level: "info", event: "throttled", traffic });
    if (after.openedBy === before.openedBy) return;
    if (after.openedBy === null) {
      log({ level: "info", event: "breaker-closed", traffic });
      return;
    }
    const hint = code === null ? undefined : HINTS[code];
    const level = hint ? "error" : "info";
    log({ level, event: "breaker-opened", traffic, reason: after.openedBy, ...(hint && { hint }) });
  }
}

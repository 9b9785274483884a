// A shard's gates, one for each key: as they are stored and told of, and how many reports may go through them now.

import type { ConversionErrorCode } from "../../../src/client/errors.ts";
import { afterAttempt, clampGate, type Gate, isWideOpen, OPEN_GATE } from "../../../src/ledger/gate.ts";
import type { Ended } from "../../../src/ledger/machine.ts";
import { TRAFFICS, type Traffic } from "../../../src/wire/report.ts";
import type { FailureLog, ShardLogEntry } from "./shard-log.ts";
import type { Store } from "./store.ts";

interface GatesPlatform {
  readonly store: Pick<Store, "readGates" | "writeGate">;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly log: (entry: ShardLogEntry) => void;
  readonly logFailure: FailureLog;
  /** How long a probe may be under way, in milliseconds. */
  readonly longestAttempt: number;
}

const HINTS: Partial<Record<ConversionErrorCode | "outage", string>> = {
  unauthorized: "Vonage refuses the credentials (401 or 403): check API key and secret of this traffic",
  not_enabled: "Vonage answers 402: ask Vonage support to enable the Conversion API for this API key",
};

export function createGates({ store, now, random, log, logFailure, longestAttempt }: GatesPlatform) {
  const gates = new Map<Traffic, Gate>();
  const allowances = new Map<Traffic, { readonly left: number; readonly at: number }>();

  const stored = store.readGates();
  for (const traffic of TRAFFICS) gates.set(traffic, stored.get(traffic) ?? OPEN_GATE);

  const of = (traffic: Traffic): Gate => {
    const gate = gates.get(traffic) ?? OPEN_GATE;
    const clamped = clampGate(gate, now(), longestAttempt);
    if (clamped !== gate) set(traffic, clamped);
    return clamped;
  };

  /** What cannot be stored is known at least as long as this instance lives. */
  const set = (traffic: Traffic, gate: Gate): void => {
    gates.set(traffic, gate);
    try {
      store.writeGate(traffic, gate);
    } catch (error) {
      logFailure("the state of a key could not be stored", error);
    }
  };

  return {
    of,
    set,
    all: (): (readonly [Traffic, Gate])[] => [...gates.keys()].map((traffic) => [traffic, of(traffic)]),

    /** Takes in what an answer says of its key; gives whether the gate has opened by it. */
    learn(traffic: Traffic, ended: Ended, isProbe: boolean): boolean {
      const before = of(traffic);
      const after = afterAttempt(before, ended, isProbe, now(), random());
      if (after === before) return false;
      // Growth alone is not worth a write; its end is, or the next instance would be as slow as this one was at first.
      const worth =
        isWideOpen(before) !== isWideOpen(after) ||
        (["closedBy", "probeAt", "pausedUntil"] as const).some((name) => before[name] !== after[name]);
      if (worth) set(traffic, after);
      else gates.set(traffic, after);
      tell(traffic, before, after, ended);
      return after.closedBy === null && before.closedBy !== null;
    },

    /** How many may go now, after `used` more have gone: what gathered at the gate's pace, and a tenth of a second's at most. */
    allow(traffic: Traffic, used = 0): number {
      const { perSecond } = of(traffic);
      const last = allowances.get(traffic) ?? { left: 1, at: 0 };
      // A clock that goes back takes nothing away.
      const gathered = last.left + (Math.max(0, now() - last.at) / 1000) * perSecond;
      const left = Math.min(gathered, Math.max(1, perSecond / 10)) - used;
      allowances.set(traffic, { left, at: now() });
      return left;
    },
  };

  function tell(traffic: Traffic, before: Gate, after: Gate, { code }: Ended): void {
    if (isWideOpen(before) && code === "rate_limited") log({ level: "info", event: "slowed", traffic });
    if (after.closedBy === before.closedBy) return;
    if (after.closedBy === null) {
      log({ level: "info", event: "opened", traffic });
      return;
    }
    const hint = code === null ? undefined : HINTS[code];
    const level = hint ? "error" : "info";
    log({ level, event: "closed", traffic, reason: after.closedBy, ...(hint && { hint }) });
  }
}

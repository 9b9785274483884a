// The state of a key as SQLite and RPC hold it. Released versions named it a gate, "closed" where a circuit breaker is
// open; the members keep those names, so that versions understand each other after an update or a rollback.

import { isOpenedBy, type OpenedBy } from "./circuit-breaker.ts";
import { type KeyState, UNRESTRICTED } from "./key-state.ts";

export interface StoredGate {
  readonly closedBy: OpenedBy | null;
  readonly since: number;
  readonly probeAt: number;
  readonly probes: number;
  readonly failures: number;
  readonly perSecond: number;
  /** The slow-start threshold. */
  readonly careful: number;
  readonly changedAt: number;
  readonly pausedUntil: number;
}

export function toStoredGate(state: KeyState): StoredGate {
  const {
    openedBy,
    since,
    probeAt,
    probes,
    failures,
    perSecond,
    slowStartThreshold,
    changedAt,
    pausedUntil,
  } = state;
  return {
    closedBy: openedBy,
    since,
    probeAt,
    probes,
    failures,
    perSecond,
    careful: slowStartThreshold,
    changedAt,
    pausedUntil,
  };
}

export function fromStoredGate({ closedBy, careful, ...same }: StoredGate): KeyState {
  return { ...same, openedBy: closedBy, slowStartThreshold: careful };
}

/**
 * Reads a stored gate.
 *
 * @returns `undefined` for JSON that no version can have written. The next requests show how the key stands.
 */
export function parseGate(text: string): KeyState | undefined {
  try {
    const gate = JSON.parse(text);
    const isReadable = Object.keys(toStoredGate(UNRESTRICTED)).every((name) =>
      name === "closedBy" ? gate.closedBy === null || isOpenedBy(gate.closedBy) : Number.isFinite(gate[name]),
    );
    return isReadable ? fromStoredGate(gate) : undefined;
  } catch {
    return undefined;
  }
}

// Errors of storage that cannot be reached, cannot write, or is full, with the problem of each and the operator's hint.

import type { ErrorOutcome } from "../../../src/operator/signs.ts";

/** The kinds of storage, which fail independently. */
export type StoredObject = "ledger" | "challenges" | "limits" | "insight";

/** A store failed; the call had no effect, or none that is known. */
export class StorageUnavailable extends Error {
  override readonly name: string = "StorageUnavailable";
  readonly object: StoredObject;

  constructor(object: StoredObject, message: string) {
    super(message);
    this.object = object;
  }
}

/** The ledger cannot be reached, cannot write, or is full. Nothing was accepted. */
export class LedgerUnavailable extends StorageUnavailable {
  override readonly name = "LedgerUnavailable";

  constructor(message: string) {
    super("ledger", message);
  }
}

/** Makes the error for a store that did not answer. */
export function unavailable(object: StoredObject): StorageUnavailable {
  if (object === "ledger") return new LedgerUnavailable("A part of the ledger did not answer.");
  if (object === "insight") return new StorageUnavailable(object, "The object of Insight did not answer.");
  return new StorageUnavailable(object, `An object of the ${object} did not answer.`);
}

/** The problem that callers get, and the hint for the operator. */
export const STORAGE_PROBLEMS = {
  ledger: {
    problem: "ledger-unavailable",
    hint: "the ledger (binding LEDGER) cannot be reached, cannot write, or is full (LEDGER_MAX_MB)",
  },
  challenges: {
    problem: "challenges-unavailable",
    hint: "the challenges (binding CHALLENGES) cannot be reached, cannot write, or are full (LEDGER_MAX_MB)",
  },
  limits: {
    problem: "limits-unavailable",
    hint: "the send limits (binding SEND_LIMITS) cannot be reached or cannot write",
  },
  insight: {
    problem: "insight-unavailable",
    hint: "the figures (binding INSIGHT) cannot be reached or read; reports are not affected",
  },
} as const satisfies Record<StoredObject, { readonly problem: ErrorOutcome; readonly hint: string }>;

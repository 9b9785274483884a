// A part of what is stored cannot be reached, cannot write, or is full: which part, what callers are told of it, and
// what the operator should do.

/** What is stored apart from each other. */
export type StoredObject = "ledger" | "challenges" | "limits";

/** One of the stores failed. */
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

/** The error for a store that gave no answer. */
export function unavailable(object: StoredObject): StorageUnavailable {
  if (object === "ledger") return new LedgerUnavailable("A part of the ledger did not answer.");
  return new StorageUnavailable(object, `An object of the ${object} did not answer.`);
}

/** The problem that callers get, and the operator's hint. */
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
} as const satisfies Record<StoredObject, { readonly problem: string; readonly hint: string }>;

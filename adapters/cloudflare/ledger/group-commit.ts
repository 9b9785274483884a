// Many writers, one commit: what a shard has to write within the same turn goes to disk together. A commit is what
// costs most in a ledger, and the platform would make one for each report.

/** Runs `work` with those of others in one transaction; resolves when it is done, rejects when none was. */
export type Commit = <T>(work: () => T) => Promise<T>;

interface Waiting {
  readonly work: () => unknown;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

/** A commit that took along as many as this was worth waiting for: so is the next. */
const BUSY = 2;
const BUSY_WAIT_MS = 4;

/**
 * @param transact Runs a function within a transaction, and rolls back when it throws.
 */
export function createGroupCommit(transact: (work: () => void) => void): Commit {
  let waiting: Waiting[] = [];
  let lastSize = 0;

  return (work) =>
    new Promise((resolve, reject) => {
      if (waiting.push({ work, resolve, reject }) === 1)
        setTimeout(flush, lastSize >= BUSY ? BUSY_WAIT_MS : 0);
    });

  function flush(): void {
    const batch = waiting;
    waiting = [];
    lastSize = batch.length;
    const results: unknown[] = [];
    try {
      transact(() => {
        for (const { work } of batch) results.push(work());
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
      return;
    }
    batch.forEach(({ resolve }, index) => {
      resolve(results[index] as never);
    });
  }
}

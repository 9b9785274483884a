// Group commit: everything that arrives while earlier writes go to disk is committed together. Commits are the main
// cost of the ledger, and the platform would make one for each report.

/**
 * Runs `work` in one transaction with the work of other callers. Resolves once it is committed; rejects, for all of
 * them, when the transaction failed.
 */
export type Commit = <T>(work: () => T) => Promise<T>;

interface Waiting {
  readonly work: () => unknown;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Makes a group commit. It needs no timer: after the wall clock has gone back, the timers of a Durable Object stand
 * still until it has caught up.
 *
 * @param transact Runs a function within a transaction, and rolls back when it throws.
 * @param synced Resolves when earlier writes are on disk (`storage.sync()`); at once if they are. Until then, more work
 * gathers.
 * @default synced resolves at once
 */
export function createGroupCommit(
  transact: (work: () => void) => void,
  synced: () => Promise<unknown> = async () => {},
): Commit {
  let waiting: Waiting[] = [];

  return (work) =>
    new Promise((resolve, reject) => {
      waiting.push({ work, resolve, reject });
      if (waiting.length === 1) void gather();
    });

  async function gather(): Promise<void> {
    // The next transaction reports a disk that fails.
    await synced().catch(() => {});
    const batch = waiting;
    waiting = [];
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

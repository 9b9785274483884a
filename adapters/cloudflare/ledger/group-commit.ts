// Group commit: all writes of one turn go to disk together. Commits are the main cost of the ledger, and the platform
// would make one for each report.

/**
 * Runs `work` in one transaction with the work of other callers. Resolves when it is committed; rejects when the
 * transaction failed, for all of them. `lazily`: no caller waits for it, so it may wait for more work.
 */
export type Commit = <T>(work: () => T, lazily?: boolean) => Promise<T>;

interface Waiting {
  readonly work: () => unknown;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

/** Calls that arrive within one turn hand in their work within this many microtasks. */
const MICROTASKS = 4;
/** How long lazy work waits for other work. */
const LAZY_MS = 10;

/**
 * Makes a group commit. Work that a caller waits for does not rely on timers: after the wall clock has gone back, the
 * timers of a Durable Object stand still until it has caught up.
 *
 * @param transact Runs a function within a transaction, and rolls back when it throws.
 * @param synced Resolves when earlier commits are on disk (`storage.sync()`). Work that arrives until then shares the
 * next commit.
 * @default synced resolves at once
 */
export function createGroupCommit(
  transact: (work: () => void) => void,
  synced: () => Promise<unknown> = async () => {},
): Commit {
  let waiting: Waiting[] = [];
  /** Resolves when the last commit is on disk; `undefined`: it is already. */
  let committed: Promise<void> | undefined;

  let gathering = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  return (work, lazily = false) =>
    new Promise((resolve, reject) => {
      waiting.push({ work, resolve, reject });
      if (gathering) return;
      if (lazily) timer ??= setTimeout(flush, LAZY_MS);
      else void gather();
    });

  async function gather(): Promise<void> {
    gathering = true;
    for (let turn = 0; turn < MICROTASKS; turn++) await undefined;
    await committed;
    flush();
  }

  async function watch(): Promise<void> {
    // The next transaction reports a disk that fails.
    const watched = synced().then(
      () => {},
      () => {},
    );
    committed = watched;
    await watched;
    if (committed === watched) committed = undefined;
  }

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    gathering = false;
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
    void watch();
    batch.forEach(({ resolve }, index) => {
      resolve(results[index] as never);
    });
  }
}

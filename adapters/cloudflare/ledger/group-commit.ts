// Many writers, one commit: what a shard has to write within the same turn goes to disk together. A commit is what
// costs most in a ledger, and the platform would make one for each report.

/**
 * Runs `work` with those of others in one transaction; resolves when it is done, rejects when none was. `lazily`: no
 * caller waits for it, so it may wait for others.
 */
export type Commit = <T>(work: () => T, lazily?: boolean) => Promise<T>;

interface Waiting {
  readonly work: () => unknown;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

/** Where calls arrive within one turn, the work of all of them comes within so many microtasks. */
const MICROTASKS = 4;
/** How long work that is in no hurry waits for company. */
const LAZY_MS = 10;

/**
 * Commits what is written at the same time together. Work that a caller waits for does not rely on timers: after the
 * wall clock has gone back, those of a Durable Object stand still until it has caught up.
 *
 * @param transact Runs a function within a transaction, and rolls back when it throws.
 * @param synced Resolves when what was committed before is on disk (`storage.sync()`): while many write, those who
 * come until then share the next commit. Default: at once.
 */
export function createGroupCommit(
  transact: (work: () => void) => void,
  synced: () => Promise<unknown> = async () => {},
): Commit {
  let waiting: Waiting[] = [];
  /** Resolves when the last commit is on disk; `undefined`: it is there. */
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
    // A disk that fails is the transaction's to report.
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

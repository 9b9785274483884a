// The clock of a sandbox, and every wait on it. A virtual clock needs to know which work is under way and which only
// waits, so that it moves on when nothing else can happen.

export interface Timeline {
  /** Epoch milliseconds. */
  now(): number;
  /**
   * Waits. With 0 it resolves in a later task, so that a response which is ready now reaches its caller first.
   *
   * @param signal Ends the wait: it then rejects with the signal's reason.
   */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Runs work that proceeds beside its caller's. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Waits for work that {@link run} started. */
  join<T>(work: Promise<T>): Promise<T>;
}

/** The platform's clock and timers. */
export function createRealTimeline(now: () => number): Timeline {
  return {
    now,
    run: (work) => work(),
    join: (work) => work,
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        const abort = () => {
          clearTimeout(timer);
          reject(signal?.reason);
        };
        const timer = setTimeout(() => {
          signal?.removeEventListener("abort", abort);
          resolve();
        }, milliseconds);
        if (signal?.aborted) abort();
        else signal?.addEventListener("abort", abort, { once: true });
      }),
  };
}

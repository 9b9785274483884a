// A deadline for each of many waits of the same length, with one timer for all of them.

interface Wait {
  readonly endsAt: number;
  readonly end: () => void;
}

/**
 * Makes a function that waits for a promise, but not for longer than `milliseconds`.
 *
 * @param now Epoch milliseconds.
 * @returns What the promise gives, or `undefined` when the time was up first.
 */
export function createBudget(milliseconds: number, now: () => number) {
  const waits: Wait[] = [];
  let pending = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  return async <T>(promise: Promise<T>): Promise<T | undefined> => {
    pending++;
    try {
      return await new Promise<T | undefined>((resolve, reject) => {
        waits.push({ endsAt: now() + milliseconds, end: () => resolve(undefined) });
        if (timer === undefined) tick();
        promise.then(resolve, reject);
      });
    } finally {
      // An object with a timer set is not idle, and idle costs nothing.
      if (--pending === 0) stop();
    }
  };

  /** All waits are equally long, so the first to begin is the first to end. Ending what is over does nothing. */
  function tick(): void {
    const left = waits.findIndex(({ endsAt }) => endsAt > now());
    for (const { end } of waits.splice(0, left < 0 ? waits.length : left)) end();
    const [first] = waits;
    timer = first && setTimeout(tick, Math.max(1, first.endsAt - now()));
  }

  function stop(): void {
    clearTimeout(timer);
    timer = undefined;
    waits.length = 0;
  }
}

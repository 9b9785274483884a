// One timer for many waits of the same length.

interface Wait {
  readonly endsAt: number;
  readonly end: () => void;
}

/**
 * Makes a function that waits for a promise, for `milliseconds` at most.
 *
 * @param now Epoch milliseconds.
 * @returns A function that resolves with the value of the promise, or with `undefined` when the time is up first.
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
      // A Durable Object with a timer set is billed; an idle one is not.
      if (--pending === 0) stop();
    }
  };

  /** All waits are equally long, so they end in the order in which they began. Ending one twice does nothing. */
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

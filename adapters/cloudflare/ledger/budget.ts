// One timer for many waits.

interface Wait {
  readonly endsAt: number;
  readonly end: () => void;
}

/**
 * Makes a function that waits for a promise until its budget is over.
 *
 * @param milliseconds The budget of each wait.
 * @param now Epoch milliseconds.
 * @returns A function of the promise and of the instant from which the budget counts, in epoch milliseconds. It
 * resolves with the value of the promise, or with `undefined` when the budget is over first.
 */
export function createBudget(milliseconds: number, now: () => number) {
  const waits = new Set<Wait>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wakesAt = 0;

  return <T>(promise: Promise<T>, since: number) =>
    new Promise<T | undefined>((resolve, reject) => {
      const wait: Wait = { endsAt: since + milliseconds, end: () => resolve(undefined) };
      const leave = () => {
        waits.delete(wait);
        // A Durable Object with a timer set is billed; an idle one is not.
        if (waits.size === 0) disarm();
      };
      waits.add(wait);
      // A timer that is already set for an earlier wait stays, even if that one ends before: to set one costs more.
      if (timer === undefined || wait.endsAt < wakesAt) arm();
      promise.then(
        (value) => {
          leave();
          resolve(value);
        },
        (error) => {
          leave();
          reject(error);
        },
      );
    });

  function tick(): void {
    for (const wait of waits) {
      if (wait.endsAt > now()) continue;
      waits.delete(wait);
      wait.end();
    }
    arm();
  }

  function arm(): void {
    disarm();
    if (waits.size === 0) return;
    wakesAt = Math.min(...Array.from(waits, ({ endsAt }) => endsAt));
    timer = setTimeout(tick, Math.max(1, wakesAt - now()));
  }

  function disarm(): void {
    clearTimeout(timer);
    timer = undefined;
  }
}

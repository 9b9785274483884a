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
  let ticking = false;

  return <T>(promise: Promise<T>): Promise<T | undefined> =>
    new Promise((resolve, reject) => {
      waits.push({ endsAt: now() + milliseconds, end: () => resolve(undefined) });
      if (!ticking) tick();
      promise.then(resolve, reject);
    });

  /** All waits are equally long, so the first to begin is the first to end. Ending what is over does nothing. */
  function tick(): void {
    let over = 0;
    while (waits[over] !== undefined && (waits[over] as Wait).endsAt <= now()) waits[over++]?.end();
    waits.splice(0, over);
    const [first] = waits;
    ticking = first !== undefined;
    if (first !== undefined) setTimeout(tick, Math.max(1, first.endsAt - now()));
  }
}

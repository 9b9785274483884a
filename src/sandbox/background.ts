// What Vonage does after it has answered: delivering, and sending webhooks.

/** Work that outlives the request it began with. */
export interface Background {
  /**
   * Begins a piece of work at once.
   *
   * @param work Is given a function that tells whether it has not been forgotten meanwhile. Must not reject.
   * @returns Resolves when it is done.
   */
  start(work: (isWanted: () => boolean) => Promise<void>): Promise<void>;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
  /**
   * Forgets what is under way. Its timers are left to run out: on workerd no request may touch those that another
   * request has set.
   */
  forget(): void;
}

/** @param waitUntil Told of each piece of work; a platform may stop what it was not told of. */
export function createBackground(waitUntil: (work: Promise<unknown>) => void): Background {
  let underWay = new Set<Promise<void>>();
  return {
    start: (work) => {
      const mine = underWay;
      const done = work(() => mine === underWay).finally(() => mine.delete(done));
      mine.add(done);
      waitUntil(done);
      return done;
    },
    idle: async () => {
      while (underWay.size > 0) await Promise.all(underWay);
    },
    forget: () => {
      underWay = new Set();
    },
  };
}

/** Resolves later, never at once: whoever is just being answered has the answer before. */
export function later(milliseconds = 0): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

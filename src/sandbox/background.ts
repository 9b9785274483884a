// Work that Vonage does after it has answered: delivering messages and sending webhooks.

import type { Timeline } from "./timeline.ts";

/** Runs work that outlives the request that started it. */
export interface Background {
  /**
   * Starts a piece of work at once.
   *
   * @param work Receives a function that returns `false` once the work has been forgotten. Must not reject.
   * @returns Resolves when it is done.
   */
  start(work: (isWanted: () => boolean) => Promise<void>): Promise<void>;
  /** As {@link start}, for work that only waits: `idle` does not wait for it. */
  await(work: (isWanted: () => boolean) => Promise<void>): void;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
  /**
   * Forgets the work under way. Its timers run out by themselves: on workerd a request cannot clear timers that
   * another request has set.
   */
  forget(): void;
}

/** @param waitUntil Receives a promise for each piece of work, so that the platform does not stop it. */
export function createBackground(
  waitUntil: (work: Promise<unknown>) => void,
  timeline: Timeline,
): Background {
  let underWay = new Set<Promise<void>>();
  const begin = (work: (isWanted: () => boolean) => Promise<void>): Promise<void> => {
    const mine = underWay;
    const done = timeline.run(() => work(() => mine === underWay));
    waitUntil(done);
    return done;
  };
  return {
    start: (work) => {
      const mine = underWay;
      const done = begin(work).finally(() => mine.delete(done));
      mine.add(done);
      return done;
    },
    await: (work) => {
      begin(work);
    },
    idle: async () => {
      while (underWay.size > 0) await Promise.all(underWay);
    },
    forget: () => {
      underWay = new Set();
    },
  };
}

// A clock that stands still until it is advanced. Everything that waits for it, waits in one queue. It moves on only
// when nothing else can happen: when all work that was started has ended, or waits for the clock itself.

import type { Timeline } from "../../src/sandbox/timeline.ts";

export interface VirtualClock extends Timeline {
  /** Calls a function at an instant. Returns the function that prevents it. */
  at(instant: number, ring: () => void): () => void;
  /** Lets so many milliseconds pass, step by step. */
  advance(milliseconds: number): Promise<void>;
  /** Waits until all that is due has happened. */
  settle(): Promise<void>;
  /** Waits for a call, and lets as much time pass as it takes. */
  complete<T>(call: () => Promise<T>): Promise<T>;
  /** Forgets everything that waits for the clock. */
  clear(): void;
}

interface Timer {
  readonly instant: number;
  readonly ring: () => void;
}

/**
 * Turns of the event loop without work after which nothing is under way: the second shows that no promise of the first
 * has led to more.
 */
const QUIET_TURNS = 2;

// Read at import, since users' tests replace the timers by fake ones, and would then wait for ever.
const { setTimeout: setRealTimer } = globalThis;
const nextTurn = () => new Promise<void>((resolve) => setRealTimer(resolve, 0));

/** @param start Epoch milliseconds. */
export function createVirtualClock(start: number): VirtualClock {
  let time = start;
  let timers: Timer[] = [];
  /** Work that was started and neither has ended nor waits. */
  let busy = 0;
  /** Callers that move the clock, one after the other. */
  let moving = 0;
  let lastMove: Promise<unknown> = Promise.resolve();

  const clock: VirtualClock = {
    now: () => time,

    at(instant, ring) {
      const timer = { instant, ring };
      // Behind those of the same instant.
      const index = timers.findIndex((one) => one.instant > instant);
      timers.splice(index < 0 ? timers.length : index, 0, timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },

    sleep(milliseconds, signal) {
      let cancel = () => {};
      const slept = new Promise<void>((resolve, reject) => {
        const abort = () => {
          cancel();
          reject(signal?.reason);
        };
        if (signal?.aborted) return abort();
        signal?.addEventListener("abort", abort, { once: true });
        cancel = clock.at(time + milliseconds, () => {
          signal?.removeEventListener("abort", abort);
          resolve();
        });
      });
      return clock.join(slept);
    },

    async run(work) {
      busy++;
      try {
        return await work();
      } finally {
        busy--;
      }
    },

    async join(work) {
      busy--;
      try {
        return await work;
      } finally {
        busy++;
      }
    },

    advance: (milliseconds) =>
      oneAtATime(async () => {
        const end = time + milliseconds;
        do await untilQuiet();
        while (ringNext(end));
        time = Math.max(time, end);
      }),

    async settle() {
      // Whoever moves the clock now waits for the same work, and may be waiting for this caller.
      if (moving > 0) return;
      await oneAtATime(async () => {
        do await untilQuiet();
        while (ringNext(time));
      });
    },

    async complete(call) {
      let hasEnded = false;
      const running = clock.run(call).finally(() => {
        hasEnded = true;
      });
      // It is awaited below.
      running.catch(() => {});
      while (!hasEnded) {
        // Whoever moves the clock now may be waiting for this call.
        if (moving > 0) await Promise.race([running, lastMove]);
        else
          await oneAtATime(async () => {
            await untilQuiet(() => hasEnded);
            if (!hasEnded) ringNext(Number.POSITIVE_INFINITY);
          });
      }
      return running;
    },

    clear() {
      timers = [];
    },
  };
  return clock;

  /** Two that move the clock at once would each believe that nothing is under way. */
  function oneAtATime<T>(work: () => Promise<T>): Promise<T> {
    moving++;
    const mine = lastMove.then(work).finally(() => {
      moving--;
    });
    lastMove = mine.catch(() => {});
    return mine;
  }

  async function untilQuiet(isEnough: () => boolean = () => false): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS && !isEnough(); ) {
      await nextTurn();
      quiet = busy > 0 ? 0 : quiet + 1;
    }
  }

  /** Moves on to the next instant that something waits for, if it is not after `end`. */
  function ringNext(end: number): boolean {
    const [next] = timers;
    if (next === undefined || next.instant > end) return false;
    timers.shift();
    time = Math.max(time, next.instant);
    next.ring();
    return true;
  }
}

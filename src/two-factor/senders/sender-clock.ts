/** The clock of a sender, and its waits. */
export interface SenderClock {
  /** Epoch milliseconds. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** The platform's. It is looked up at each use, so that fake timers work. */
export const REAL_CLOCK: SenderClock = {
  now: () => Date.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

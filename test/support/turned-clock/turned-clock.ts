// The clock of Workers, as the test that turns it holds it. Their sandbox should go by the same clock.

/** The module of a Worker with such a clock. */
export const TURNED_CLOCK_WORKER = "test/support/turned-clock/worker.ts";

export interface TurnedClock {
  /** Epoch milliseconds. */
  now(): number;
  /** Turns the clocks of Workers and their alarms forward, in place of waiting. */
  turn(milliseconds: number, ...urls: readonly string[]): Promise<void>;
}

export function createTurnedClock(): TurnedClock {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    turn: async (milliseconds, ...urls) => {
      ahead += milliseconds;
      for (const url of urls) {
        const { ok, status } = await fetch(`${url}/turned-clock?by=${milliseconds}`, { method: "POST" });
        if (!ok) throw new Error(`The Worker at ${url} has no clock that can be turned: ${status}`);
      }
    },
  };
}

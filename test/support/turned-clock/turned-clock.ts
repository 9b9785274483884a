// The test's side of a clock that can be turned. Give the same clock to the Workers' sandbox.

/** The module of a Worker whose clock can be turned. */
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

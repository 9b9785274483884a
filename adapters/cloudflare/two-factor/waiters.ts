// Callers that wait for a challenge to end. They exist in memory only: after a restart of the object they look again.

/** The visible state of a challenge; `undefined`: it does not exist. */
export type Seen = { readonly state: string; readonly expiresAt: string } | undefined;

/** Calls a function after so many milliseconds. Returns the function that prevents it. */
export type StartTimer = (ring: () => void, milliseconds: number) => () => void;

interface Waiter<S extends Seen> {
  readonly id: string;
  finish(seen: S): void;
}

/** Enough for one phone, one tab, and connections that broke silently. */
const AT_MOST_PER_CHALLENGE = 4;
/** Each waiter holds a call open. An object can have thousands of calls. */
const AT_MOST = 1000;

/**
 * @param look Reads a challenge.
 * @param now Epoch milliseconds.
 * @param startTimer The platform's, unless time is virtual.
 */
export function createWaiters<S extends Seen>(
  look: (id: string) => S,
  now: () => number,
  startTimer: StartTimer = startRealTimer,
) {
  /** By ticket, the oldest first. */
  const waiters = new Map<string, Waiter<S>>();

  return {
    /**
     * Waits until a challenge is not `pending`, or the time is over. Answers at once if it is not pending, or if too many
     * callers wait already. If a challenge has too many waiters, its oldest one is answered now.
     *
     * @param ticket Identifies the waiter for {@link leave}.
     */
    wait(id: string, milliseconds: number, ticket: string): S | Promise<S> {
      const seen = look(id);
      if (isOver(seen) || waiters.size >= AT_MOST) return seen;
      const others = [...waiters.values()].filter((one) => one.id === id);
      if (others.length >= AT_MOST_PER_CHALLENGE) others[0]?.finish(seen);
      return new Promise((resolve) => {
        const deadline = now() + milliseconds;
        let stop = () => {};
        const finish = (last: S) => {
          stop();
          waiters.delete(ticket);
          resolve(last);
        };
        /** Expiry causes no call of {@link changed}, and a further message may postpone it. */
        const sleep = (current: S) => {
          const left = Math.min(deadline, Date.parse(current?.expiresAt ?? "")) - now();
          stop = startTimer(wake, Math.max(left, 1));
        };
        const wake = () => {
          const current = look(id);
          if (isOver(current) || now() >= deadline) finish(current);
          else sleep(current);
        };
        waiters.set(ticket, { id, finish });
        sleep(seen);
      });
    },

    /** Call it after a change of a challenge is stored. */
    changed(id: string): void {
      const ofIt = [...waiters.values()].filter((one) => one.id === id);
      if (ofIt.length === 0) return;
      const seen = look(id);
      if (isOver(seen)) for (const { finish } of ofIt) finish(seen);
    },

    /** Ends the wait of a caller that has gone. */
    leave(ticket: string): void {
      const waiter = waiters.get(ticket);
      waiter?.finish(look(waiter.id));
    },

    count: (): number => waiters.size,
  };
}

const startRealTimer: StartTimer = (ring, milliseconds) => {
  const timer = setTimeout(ring, milliseconds);
  return () => clearTimeout(timer);
};

const isOver = (seen: Seen) => seen?.state !== "pending";

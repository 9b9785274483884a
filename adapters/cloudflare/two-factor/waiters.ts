// Those who wait for a challenge to end. They are in memory alone: an object that starts anew has none, and whoever
// waited looks again.

/** What is known of a challenge; `undefined`: there is none. */
export type Seen = { readonly state: string; readonly expiresAt: string } | undefined;

interface Waiter<S extends Seen> {
  readonly id: string;
  finish(seen: S): void;
}

/** One phone, one tab, and connections that broke without a word. */
const AT_MOST_PER_CHALLENGE = 4;
/** Each holds a call open, of which an object can have thousands. */
const AT_MOST = 1000;

/**
 * @param look Reads a challenge.
 * @param now Epoch milliseconds.
 */
export function createWaiters<S extends Seen>(look: (id: string) => S, now: () => number) {
  /** By ticket, the oldest first. */
  const waiters = new Map<string, Waiter<S>>();

  return {
    /**
     * Waits until a challenge is not `pending`, or the time is up; at once where it is not pending now, or too many
     * wait already. One more than a challenge may have sends the one home that has waited the longest.
     *
     * @param ticket Names the waiter, to {@link leave} with.
     */
    wait(id: string, milliseconds: number, ticket: string): S | Promise<S> {
      const seen = look(id);
      if (isOver(seen) || waiters.size >= AT_MOST) return seen;
      const others = [...waiters.values()].filter((one) => one.id === id);
      if (others.length >= AT_MOST_PER_CHALLENGE) others[0]?.finish(seen);
      return new Promise((resolve) => {
        const deadline = now() + milliseconds;
        let timer: ReturnType<typeof setTimeout>;
        const finish = (last: S) => {
          clearTimeout(timer);
          waiters.delete(ticket);
          resolve(last);
        };
        /** Running out is a change of state that nothing tells of; a further message may put it off. */
        const sleep = (current: S) => {
          const left = Math.min(deadline, Date.parse(current?.expiresAt ?? "")) - now();
          timer = setTimeout(wake, Math.max(left, 1));
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

    /** To be called after what happened to a challenge is stored. */
    changed(id: string): void {
      const ofIt = [...waiters.values()].filter((one) => one.id === id);
      if (ofIt.length === 0) return;
      const seen = look(id);
      if (isOver(seen)) for (const { finish } of ofIt) finish(seen);
    },

    /** Its caller has gone. */
    leave(ticket: string): void {
      const waiter = waiters.get(ticket);
      waiter?.finish(look(waiter.id));
    },

    count: (): number => waiters.size,
  };
}

const isOver = (seen: Seen) => seen?.state !== "pending";

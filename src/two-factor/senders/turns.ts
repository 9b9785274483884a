// Turns at sending while Vonage throttles. Without them, all waiting messages of an isolate would be sent at the same
// instant, and all except one would be refused again. A turn is an instant, not a promise: on workerd a request must not
// wait for a promise that another request settles.

/** A time to send: after `wait` milliseconds. With `retryAfter`, there is none within the deadline. */
export type Turn =
  | { readonly wait: number; readonly retryAfter?: never }
  | { readonly wait?: never; readonly retryAfter: number };

export interface Turns {
  /** The turn of a new message: at once, unless Vonage throttles. */
  enter(now: number, deadline: number, random: number): Turn;
  /**
   * The next turn of a message that was refused.
   *
   * @param wait The milliseconds that the refusal named, if any.
   * @param again The message had waited for its turn, and was still too early.
   */
  retake(now: number, wait: number | undefined, again: boolean, deadline: number, random: number): Turn;
  /** Notes the refusal of a message that is not sent again. Returns the milliseconds until the next free turn. */
  refuse(now: number, wait: number | undefined): number;
  /** Notes that Vonage accepted a message. The number accepted within half a second shows the rate. */
  accept(now: number): void;
}

/** The wait after a refusal that names none. Vonage's lowest rate is one message a second. */
const UNNAMED_WAIT_MS = 1000;

/**
 * Upper bound of the random part of each wait. It separates isolates that were refused at the same instant. The interval
 * between turns is longer by as much, so that two never come too close.
 */
const JITTER_MS = 100;

/**
 * Longest total wait of a message for its turns: enough for five simultaneous texts at one a second. A user is waiting at
 * a login page, so after this time a refusal with `retryAfter` is more useful.
 */
export const LONGEST_WAIT_MS = 5000;

/** No turn is further ahead than this, unless the clock was set back. */
const FURTHEST_TURN_MS = 2 * LONGEST_WAIT_MS;

/** Answers to texts that were sent a second apart are never this close together. */
const WINDOW_MS = 500;

/**
 * Creates the turns of one sender number or name.
 *
 * @param perSecond The assumed rate, until Vonage has accepted more: the lowest that Vonage has for such messages.
 */
export function createTurns(perSecond: number): Turns {
  let freeAt = 0;
  let rate = perSecond;
  let window = { since: 0, accepted: 0 };

  const turns: Turns = {
    enter(now, deadline, random) {
      if (freeAt - now > FURTHEST_TURN_MS) freeAt = now;
      return freeAt <= now ? { wait: 0 } : take(now, deadline, random);
    },

    retake(now, wait, again, deadline, random) {
      if (again) rate = Math.max(perSecond, Math.floor(rate / 2));
      // A message that came slightly early keeps its turn: the next one is a whole interval away.
      const early = again && wait !== undefined && wait <= interval() / 4;
      if (early && now + wait <= deadline) return { wait: wait + random * JITTER_MS };
      close(now, wait);
      return wait !== undefined && now + wait > deadline ? { retryAfter: wait } : take(now, deadline, random);
    },

    refuse(now, wait) {
      close(now, wait);
      return Math.max(freeAt - now, wait ?? 0);
    },

    accept(now) {
      if (now - window.since >= WINDOW_MS) window = { since: now, accepted: 0 };
      window.accepted++;
      rate = Math.max(rate, window.accepted);
    },
  };
  return turns;

  function interval(): number {
    return 1000 / rate;
  }

  function close(now: number, wait = UNNAMED_WAIT_MS): void {
    // A longer wait applies to its own message only: one answer must not stop all the others.
    if (wait <= LONGEST_WAIT_MS) freeAt = Math.max(freeAt, now + wait);
  }

  function take(now: number, deadline: number, random: number): Turn {
    const at = Math.max(freeAt, now);
    if (at > deadline) return { retryAfter: at - now };
    freeAt = at + interval() + JITTER_MS;
    return { wait: at - now + random * JITTER_MS };
  }
}

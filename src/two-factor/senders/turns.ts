// Turns at sending while Vonage throttles. Messages of one isolate would otherwise all come back at the same instant,
// and all but one be refused again. Turns are instants, not promises: on workerd one request must not wait for
// something that another one settles.

/** When to send: after `wait` milliseconds, or not within the deadline. */
export type Turn =
  | { readonly wait: number; readonly retryAfter?: never }
  | { readonly wait?: never; readonly retryAfter: number };

export interface Turns {
  /** For a message that was not sent yet: at once, unless Vonage is known to throttle. */
  enter(now: number, deadline: number, random: number): Turn;
  /**
   * For a message that was refused.
   *
   * @param wait What the refusal named, in milliseconds; `undefined`: nothing.
   * @param again Whether it had waited for a turn, and came too early all the same.
   */
  retake(now: number, wait: number | undefined, again: boolean, deadline: number, random: number): Turn;
  /** Notes a refusal that is not followed by another attempt. Gives the milliseconds until there is a free turn. */
  refuse(now: number, wait: number | undefined): number;
  /** Notes that Vonage took a message: what it takes within half a second shows its rate. */
  accept(now: number): void;
}

/** A refusal without a wait is out-waited by this: the lowest rate that Vonage has is one a second. */
const UNNAMED_WAIT_MS = 1000;

/**
 * The upper bound of the random part of each wait, which keeps isolates apart that were refused at the same instant.
 * Turns lie this much further apart than the rate demands, so that no two come too close.
 */
const JITTER_MS = 100;

/**
 * How long a message waits for its turns, all of them together. Somebody looks at a login page meanwhile, and whoever
 * called gives up at some point: an honest "come back in so many seconds" is worth more then. Long enough for five
 * texts at once at one a second.
 */
export const LONGEST_WAIT_MS = 5000;

/** No turn lies further ahead than the longest wait and an interval: where one does, the clock went back. */
const FURTHEST_TURN_MS = 2 * LONGEST_WAIT_MS;

/** Texts that are a second apart may be acknowledged somewhat closer together, but never this close. */
const WINDOW_MS = 500;

/**
 * Makes the turns of one sender's number or name.
 *
 * @param perSecond The lowest rate that Vonage has for it: what is assumed until more were taken at once.
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
      // A turn that came a little early keeps its place: the next one is a whole interval away.
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
    // After a longer one each message asks for itself: no single answer closes the way for all.
    if (wait <= LONGEST_WAIT_MS) freeAt = Math.max(freeAt, now + wait);
  }

  function take(now: number, deadline: number, random: number): Turn {
    const at = Math.max(freeAt, now);
    if (at > deadline) return { retryAfter: at - now };
    freeAt = at + interval() + JITTER_MS;
    return { wait: at - now + random * JITTER_MS };
  }
}

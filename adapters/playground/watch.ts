// Keeps a session's challenge up to date: a reply from the handset verifies it, and time ends it.

import { isTwoFactorError, type TwoFactorClient } from "../../src/two-factor/index.ts";
import type { Session } from "./sessions.ts";

export interface WatchOptions {
  readonly twoFactor: Pick<TwoFactorClient, "get">;
  readonly now: () => number;
  /** Keeps the request to the Worker going after the page has its answer. */
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/** The Worker answers as soon as the challenge has ended, or after so many seconds. workerd allows work 30. */
const WAIT_S = 20;

/** The runtime may drop the work without a word. After this time another watch may begin. */
const LONGEST_WATCH_MS = 40_000;

/** The pause after a failed request. */
const PAUSE_MS = 1000;

/** Makes the function that watches a session's challenge while it is pending. It returns at once. */
export function createWatch({ twoFactor, now, waitUntil }: WatchOptions): (session: Session) => void {
  return (session) => {
    const { challenge, watch } = session;
    if (challenge?.state !== "pending" || session.acts > 0) return;
    if (watch?.id === challenge.id && now() < watch.until) return;
    session.watch = { id: challenge.id, until: now() + LONGEST_WATCH_MS };
    waitUntil(follow(session, challenge.id));
  };

  async function follow(session: Session, id: string): Promise<void> {
    try {
      // After a failure, ask without waiting: the page shows the failure until the next answer.
      const { state, attemptsLeft, expiresAt } = await twoFactor.get(id, {
        wait: session.error ? 0 : WAIT_S,
      });
      session.error = undefined;
      session.watch = undefined;
      const { challenge } = session;
      // The answer to an action in progress will tell how the challenge stands.
      if (session.acts > 0 || challenge?.id !== id || challenge.state !== "pending") return;
      session.challenge = { ...challenge, state, attemptsLeft, expiresAt: Date.parse(expiresAt) };
    } catch (error) {
      if (!isTwoFactorError(error)) throw error;
      session.error = error.code;
      session.watch = { id, until: now() + PAUSE_MS };
    }
  }
}

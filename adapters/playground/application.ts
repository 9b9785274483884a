// The demo application's backend, as a shop would write it. It has the proxy key; the browser never does.

import {
  type ChallengeStatus,
  createTwoFactorClient,
  isTwoFactorError,
  type NotVerified,
  type TwoFactorErrorCode,
} from "../../src/two-factor/index.ts";
import { createActions, Refused } from "./actions.ts";
import { type ApplicationExchange, createApplicationLog } from "./application-log.ts";
import { createSessions, type KnownChallenge, type ShownChallenge, showChallenge } from "./sessions.ts";
import { createWatch } from "./watch.ts";

export interface ApplicationOptions {
  /** Base URL of the Worker. */
  readonly endpoint: string;
  /** The Worker's proxy key for 2FA traffic. */
  readonly key: string;
  /** Seconds until another message may be requested: the Worker's TWO_FACTOR_COOLDOWN_S. */
  readonly cooldown: number;
  /**
   * Sends the requests to the Worker.
   *
   * @default globalThis.fetch
   */
  readonly fetch?: typeof fetch;
  /**
   * The clock, in epoch milliseconds.
   *
   * @default Date.now
   */
  readonly now?: () => number;
  /**
   * Keeps work going after an answer.
   *
   * @default the work goes on by itself
   */
  readonly waitUntil?: (work: Promise<unknown>) => void;
}

/** The answer to a POST. */
export interface ApplicationAnswer {
  readonly challenge: ShownChallenge | null;
  /** The reason why a code was not accepted. */
  readonly reason?: NotVerified;
  /** The reason why a request was refused or failed. */
  readonly error?: TwoFactorErrorCode | "no_challenge";
  /** The explanation of the Worker or of this backend. */
  readonly detail?: string;
}

export interface Application {
  /** Answers `POST /app/start`, `/app/check`, `/app/resend`, `/app/cancel`, whose body is `input`. */
  act(request: Request, input: unknown): Promise<Response>;
  /** Returns the session's challenge, which is watched while it is pending. */
  look(request: Request): Pick<ApplicationAnswer, "challenge" | "error">;
  exchanges(after: number): readonly ApplicationExchange[];
  forget(): void;
}

export function createApplication({
  endpoint,
  key,
  cooldown,
  now = Date.now,
  fetch: send = (input, init) => globalThis.fetch(input, init),
  waitUntil = () => {},
}: ApplicationOptions): Application {
  const sessions = createSessions();
  const log = createApplicationLog(send, now, isKnown);
  const twoFactor = createTwoFactorClient({ endpoint, key, fetch: log.fetch });
  const actions = createActions(twoFactor, toKnown);
  const watch = createWatch({ twoFactor, now, waitUntil });

  return {
    act: async (request, input) => {
      const action = actions[new URL(request.url).pathname];
      if (action === undefined) return Response.json({ error: "not_found" }, { status: 404 });
      const { session, headers } = sessions.open(request);
      const answer = (more: Partial<ApplicationAnswer>, status: number) =>
        Response.json({ challenge: showChallenge(session.challenge, now()), ...more }, { status, headers });
      session.acts++;
      try {
        const reason = await action(session, input);
        return answer(reason === undefined ? {} : { reason }, 200);
      } catch (error) {
        if (error instanceof Refused) return answer({ error: error.code, detail: error.message }, 400);
        if (!isTwoFactorError(error)) throw error;
        const { code, message, status = 502, challenge } = error;
        // The message may still arrive, so its code must be accepted. The error has no number; ask for it.
        if (challenge !== undefined) {
          session.challenge = await twoFactor.get(challenge.id).then(toKnown, () => session.challenge);
        }
        return answer({ error: code, detail: message.replace(`${code}: `, "") }, status);
      } finally {
        session.acts--;
      }
    },

    look: (request) => {
      const session = sessions.find(request);
      if (session === undefined) return { challenge: null };
      watch(session);
      const { challenge, error } = session;
      return { challenge: showChallenge(challenge, now()), ...(error !== undefined && { error }) };
    },

    exchanges: log.since,
    forget: () => {
      log.forget();
      sessions.forget();
    },
  };

  /** A GET that ends with the visitor's own action tells nothing new. */
  function isKnown(path: string, state: unknown): boolean {
    const session = sessions.ofChallenge(path.slice(path.lastIndexOf("/") + 1));
    return session === undefined || session.acts > 0 || session.challenge?.state === state;
  }

  function toKnown({ id, to, channel, expiresAt, attemptsLeft }: ChallengeStatus): KnownChallenge {
    const at = now();
    const number = to.slice(1);
    const times = { expiresAt: Date.parse(expiresAt), resendAt: at + cooldown * 1000 };
    return { id, number, channel, state: "pending", attemptsLeft, ...times };
  }
}

// The sessions of the demo application's visitors. A challenge's id stays on the server: together with the code, it is
// enough to sign in.

import type { ChallengeDetails } from "../../src/two-factor/challenge/challenge.ts";
import type { TwoFactorErrorCode } from "../../src/two-factor/index.ts";
import type { Channel } from "../../src/wire/report.ts";

/** A challenge with its id. Times are epoch milliseconds. */
export interface KnownChallenge {
  readonly id: string;
  /** E.164 digits without "+". */
  readonly number: string;
  readonly channel: Channel;
  readonly state: ChallengeDetails["state"];
  readonly attemptsLeft: number;
  readonly expiresAt: number;
  /** Time from which another message may be requested. */
  readonly resendAt: number;
}

/** A challenge for the browser, without its id. */
export interface ShownChallenge
  extends Pick<KnownChallenge, "number" | "channel" | "state" | "attemptsLeft"> {
  /** Milliseconds for which its code is still accepted. */
  readonly expiresIn: number;
  /** Milliseconds until another message may be requested. */
  readonly resendIn: number;
}

export interface Session {
  challenge: KnownChallenge | undefined;
  /** The challenge whose end a request waits for, and the time from which there may be another request. */
  watch?: { readonly id: string; readonly until: number } | undefined;
  /** Number of actions in progress. */
  acts: number;
  /** Set while the Worker cannot be asked about the challenge. */
  error?: TwoFactorErrorCode | undefined;
}

export interface Sessions {
  /** Finds the session of a request. */
  find(request: Request): Session | undefined;
  /** Finds the session of a request, or opens one, and returns it with the `Set-Cookie` for a new one. */
  open(request: Request): { readonly session: Session; readonly headers: Readonly<Record<string, string>> };
  /** Finds the session that has a challenge. */
  ofChallenge(id: string): Session | undefined;
  forget(): void;
}

const COOKIE = "sandbox-application";
const MAX_SESSIONS = 100;

/** Keeps 100 sessions; the oldest is forgotten first. */
export function createSessions(): Sessions {
  const sessions = new Map<string, Session>();
  const find = (request: Request) => {
    const cookies = request.headers.get("cookie") ?? "";
    const name = new RegExp(`(?:^|; )${COOKIE}=([\\w-]{1,64})(?:;|$)`).exec(cookies)?.[1];
    return name === undefined ? undefined : sessions.get(name);
  };
  return {
    find,
    open: (request) => {
      const known = find(request);
      if (known !== undefined) return { session: known, headers: {} };
      const name = crypto.randomUUID();
      const session: Session = { challenge: undefined, acts: 0 };
      sessions.set(name, session);
      const [oldest] = sessions.keys();
      if (sessions.size > MAX_SESSIONS && oldest !== undefined) sessions.delete(oldest);
      return {
        session,
        headers: { "set-cookie": `${COOKIE}=${name}; Path=/app; HttpOnly; SameSite=Strict` },
      };
    },
    ofChallenge: (id) => [...sessions.values()].find(({ challenge }) => challenge?.id === id),
    forget: () => sessions.clear(),
  };
}

/** @param now Epoch milliseconds. */
export function showChallenge(challenge: KnownChallenge | undefined, now: number): ShownChallenge | null {
  if (challenge === undefined) return null;
  const { number, channel, state, attemptsLeft, expiresAt, resendAt } = challenge;
  const left = (until: number) => Math.max(0, until - now);
  return { number, channel, state, attemptsLeft, expiresIn: left(expiresAt), resendIn: left(resendAt) };
}

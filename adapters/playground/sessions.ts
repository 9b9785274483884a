// Who of the demo application's visitors is in the middle of what. A challenge's id stays here: whoever has it and the
// code gets in.

import type { ChallengeDetails } from "../../src/two-factor/challenge/challenge.ts";
import type { Channel } from "../../src/wire/report.ts";

/** A challenge as the application knows it; times are epoch milliseconds. */
export interface KnownChallenge {
  readonly id: string;
  /** E.164 digits without "+". */
  readonly number: string;
  readonly channel: Channel;
  readonly state: ChallengeDetails["state"];
  readonly attemptsLeft: number;
  readonly expiresAt: number;
  /** When a further message may be asked for. */
  readonly resendAt: number;
  /** When the Worker was last asked how it stands. */
  readonly lookedAt: number;
}

/** A challenge as the browser is told of it; never its id. */
export interface ShownChallenge
  extends Pick<KnownChallenge, "number" | "channel" | "state" | "attemptsLeft"> {
  /** Milliseconds that its code is still taken. */
  readonly expiresIn: number;
  /** Milliseconds until a further message may be asked for. */
  readonly resendIn: number;
}

export interface Session {
  challenge: KnownChallenge | undefined;
}

export interface Sessions {
  /** The session that a request belongs to. */
  find(request: Request): Session | undefined;
  /** The same, or a new one, with the `Set-Cookie` that its browser has to be given. */
  open(request: Request): { readonly session: Session; readonly headers: Readonly<Record<string, string>> };
  forget(): void;
}

const COOKIE = "sandbox-application";
const MAX_SESSIONS = 100;

/** Keeps 100 sessions; the one that was opened first is forgotten first. */
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
      const session: Session = { challenge: undefined };
      sessions.set(name, session);
      const [oldest] = sessions.keys();
      if (sessions.size > MAX_SESSIONS && oldest !== undefined) sessions.delete(oldest);
      return {
        session,
        headers: { "set-cookie": `${COOKIE}=${name}; Path=/app; HttpOnly; SameSite=Strict` },
      };
    },
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

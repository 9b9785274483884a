// What pages, actions and routes share. Made at the first request: while Next builds there are no settings.

import { cookies, headers } from "next/headers";
import {
  createSessions,
  SESSION_COOKIE,
  SESSION_LIFETIME_S,
  type Session,
  type Sessions,
} from "./session.ts";
import { createSignIn, type SignIn } from "./sign-in.ts";

let signIn: SignIn | undefined;
let sessions: Sessions | undefined;

export function getSignIn(): SignIn {
  const { VONAGE_CONVERSION_ENDPOINT: endpoint = "", VONAGE_CONVERSION_KEY: key = "" } = process.env;
  signIn ??= createSignIn({ endpoint, key, origin: process.env.SITE_ORIGIN || undefined });
  return signIn;
}

/**
 * The user's address. Next itself does not tell it: on Vercel it is in this header, which Vercel overwrites. Elsewhere
 * users could write it, so there read the header that your own proxy sets.
 */
export async function readAddress(): Promise<string | undefined> {
  return process.env.VERCEL ? ((await headers()).get("x-real-ip") ?? undefined) : undefined;
}

export function getSessions(): Sessions {
  sessions ??= createSessions(process.env.SESSION_SECRET);
  return sessions;
}

/** The session of the request that is being answered. */
export async function readSession(): Promise<Session> {
  // First of all: it tells Next, while it builds, that this page is made for each request.
  const cookie = (await cookies()).get(SESSION_COOKIE);
  return getSessions().open(cookie?.value);
}

export async function writeSession(session: Session): Promise<void> {
  (await cookies()).set(SESSION_COOKIE, await getSessions().seal(session), {
    path: "/",
    maxAge: SESSION_LIFETIME_S,
    secure: true,
    httpOnly: true,
    sameSite: "lax",
  });
}

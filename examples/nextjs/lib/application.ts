// Shared by pages, actions and routes. Made at the first request, because there are no settings during the build.

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
 * Returns the user's address. Next does not provide it; Vercel does, in this header, which it overwrites. On other
 * platforms users could forge the header, so read the one that your own proxy sets.
 */
export async function readAddress(): Promise<string | undefined> {
  return process.env.VERCEL ? ((await headers()).get("x-real-ip") ?? undefined) : undefined;
}

export function getSessions(): Sessions {
  sessions ??= createSessions(process.env.SESSION_SECRET);
  return sessions;
}

/** Returns the session of the current request. */
export async function readSession(): Promise<Session> {
  // Must be first: it tells Next during the build that this page is rendered for each request.
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

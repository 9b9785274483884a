// Shared by the routes. Made at the first request, because there are no settings during the build.

import type { Cookies } from "@sveltejs/kit";
import {
  SESSION_SECRET,
  SITE_ORIGIN,
  VONAGE_CONVERSION_ENDPOINT,
  VONAGE_CONVERSION_KEY,
} from "$app/env/private";
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
  signIn ??= createSignIn({
    endpoint: VONAGE_CONVERSION_ENDPOINT,
    key: VONAGE_CONVERSION_KEY,
    origin: SITE_ORIGIN || undefined,
  });
  return signIn;
}

function getSessions(): Sessions {
  sessions ??= createSessions(SESSION_SECRET);
  return sessions;
}

export function readSession(cookies: Cookies): Promise<Session> {
  return getSessions().open(cookies.get(SESSION_COOKIE));
}

export async function writeSession(cookies: Cookies, session: Session): Promise<void> {
  cookies.set(SESSION_COOKIE, await getSessions().seal(session), {
    path: "/",
    maxAge: SESSION_LIFETIME_S,
    secure: true,
    httpOnly: true,
    sameSite: "lax",
  });
}

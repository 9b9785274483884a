// What pages, actions and routes share. Made at the first request: while Next builds there are no settings.

import { cookies } from "next/headers";
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
  signIn ??= createSignIn({ endpoint, key });
  return signIn;
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

// The session is an encrypted cookie that only this application can read or make. The server stores nothing.

import { EncryptJWT, jwtDecrypt } from "jose";
import type { Challenge } from "./sign-in.ts";

export interface Session {
  readonly challenge?: Challenge;
  /** The user who is signed in. */
  readonly user?: string;
}

/** Because of its prefix, browsers accept it only over https or from localhost, and only for this host. */
export const SESSION_COOKIE = "__Host-session";
export const SESSION_LIFETIME_S = 3600;

export interface Sessions {
  seal(session: Session): Promise<string>;
  /** Opens a cookie. Returns an empty session if it is invalid or too old. */
  open(cookie: string | undefined): Promise<Session>;
}

/** @param secret 32 characters or more (openssl rand -hex 32). */
export function createSessions(secret: string | undefined): Sessions {
  if (secret === undefined || secret.length < 32)
    throw new Error("Set SESSION_SECRET: 32 characters or more.");
  const key = crypto.subtle
    .digest("SHA-256", new TextEncoder().encode(secret))
    .then((digest) => new Uint8Array(digest));
  return {
    seal: async (session) =>
      new EncryptJWT({ ...session })
        .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
        .setExpirationTime(`${SESSION_LIFETIME_S}s`)
        .encrypt(await key),
    open: async (cookie = "") => {
      try {
        const { challenge, user } = (await jwtDecrypt<Session>(cookie, await key)).payload;
        return { ...(challenge && { challenge }), ...(user && { user }) };
      } catch {
        return {};
      }
    },
  };
}

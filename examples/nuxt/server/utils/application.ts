// Shared by the routes. Made at the first request, because there are no settings during the build.

import type { H3Event } from "h3";
import { type Challenge, createSignIn, type SignIn } from "./sign-in.ts";

/** The session is a sealed cookie that only this application can read or make. */
interface Session {
  challenge?: Challenge | undefined;
  user?: string | undefined;
}

const SESSION_LIFETIME_S = 3600;

let signIn: SignIn | undefined;

export function getSignIn(): SignIn {
  const { VONAGE_CONVERSION_ENDPOINT: endpoint = "", VONAGE_CONVERSION_KEY: key = "" } = process.env;
  signIn ??= createSignIn({ endpoint, key, origin: process.env.SITE_ORIGIN || undefined });
  return signIn;
}

export function openSession(event: H3Event) {
  return useSession<Session>(event, {
    name: "__Host-session",
    // Throws if it has fewer than 32 characters.
    password: process.env.SESSION_SECRET ?? "",
    maxAge: SESSION_LIFETIME_S,
    cookie: { path: "/", secure: true, httpOnly: true, sameSite: "strict" },
  });
}

/** Reads a text of a JSON body. Other bodies are ignored, so forms of other sites have no effect. */
export async function readText(event: H3Event, name: string): Promise<string> {
  if (!getHeader(event, "content-type")?.startsWith("application/json")) return "";
  const { [name]: value } = Object(await readBody(event)) as Record<string, unknown>;
  return typeof value === "string" ? value : "";
}

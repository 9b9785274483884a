// A sign-in as an edge function, for a page that is served elsewhere. It stores nothing: the page keeps the encrypted
// session and sends it with the next call.

import { createSessions, type Session } from "./session.ts";
import { createSignIn } from "./sign-in.ts";

const sessions = createSessions(Deno.env.get("SESSION_SECRET"));
const signIn = createSignIn({
  endpoint: Deno.env.get("VONAGE_CONVERSION_ENDPOINT") ?? "",
  key: Deno.env.get("VONAGE_CONVERSION_KEY") ?? "",
  origin: Deno.env.get("PAGE_ORIGIN") || undefined,
});

const CORS = {
  "access-control-allow-origin": Deno.env.get("PAGE_ORIGIN") ?? "",
  "access-control-allow-headers": "authorization, content-type, apikey, x-client-info",
  "access-control-allow-methods": "GET, POST",
};

/**
 * `POST { number }` sends a code, `POST { resend: "sms" }` or `"voice"` a new one; `POST { code }` checks it; `GET` returns
 * the user. A POST returns a `session`: send it as the bearer token of the next call.
 */
Deno.serve(async (request) => {
  if (request.method === "OPTIONS") return new Response(null, { status: 204, headers: CORS });
  const { challenge, user } = await sessions.open(readBearer(request));
  if (request.method === "GET") return user === undefined ? refuse("Sign in first.", 401) : answer({ user });
  if (request.method !== "POST") return refuse("GET or POST only.", 405);

  const { number, code, resend } = await readText(request);
  // Supabase overwrites this header. Users can forge x-forwarded-for.
  const ip = request.headers.get("cf-connecting-ip") ?? undefined;
  if (number !== undefined) {
    const sent = await signIn.sendCode(number, ip);
    return "message" in sent ? refuse(sent.message) : pass(sent);
  }
  if (code === undefined && resend === undefined) return refuse("Send a number or a code.", 400);
  if (challenge === undefined) return refuse("That code is too old. Ask for a new code.");
  if (code === undefined) {
    const sent = await signIn.resendCode(challenge, resend === "voice" ? "voice" : "sms", ip);
    return "message" in sent ? refuse(sent.message) : pass(sent);
  }
  const checked = await signIn.checkCode(challenge, code);
  return "message" in checked ? refuse(checked.message) : pass(checked);
});

const answer = (body: object, status = 200) =>
  Response.json(body, { status, headers: { ...CORS, "cache-control": "no-store" } });
const refuse = (message: string, status = 422) => answer({ message }, status);
const pass = async (session: Session) => answer({ session: await sessions.seal(session) });

function readBearer(request: Request): string | undefined {
  return /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1];
}

/** Reads the texts of a JSON body; other bodies give none. */
async function readText(request: Request): Promise<Partial<Record<"number" | "code" | "resend", string>>> {
  const body: unknown = await request.json().catch(() => undefined);
  const isText = (entry: [string, unknown]) => typeof entry[1] === "string";
  return Object.fromEntries(Object.entries(Object(body)).filter(isText));
}

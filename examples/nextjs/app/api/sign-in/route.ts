// The same for clients other than browsers, such as native apps. `POST { number }` sends a code, `POST { resend: "sms" }`
// or `"voice"` a new one, `POST { code }` checks it, and `GET` returns the user. A POST returns a `session`: send it as the
// bearer token of the next call.

import { getSessions, getSignIn, readAddress } from "../../../lib/application.ts";
import type { Session } from "../../../lib/session.ts";

export async function GET(request: Request): Promise<Response> {
  const { user } = await readSession(request);
  return user === undefined ? refuse("Sign in first.", 401) : Response.json({ user });
}

export async function POST(request: Request): Promise<Response> {
  const { challenge } = await readSession(request);
  const { number, code, resend } = await readText(request);
  if (number !== undefined) {
    const sent = await getSignIn().sendCode(number, await readAddress());
    return "message" in sent ? refuse(sent.message) : pass(sent);
  }
  if (code === undefined && resend === undefined) return refuse("Send a number or a code.", 400);
  if (challenge === undefined) return refuse("That code is too old. Ask for a new code.");
  if (code === undefined) {
    const sent = await getSignIn().resendCode(
      challenge,
      resend === "voice" ? "voice" : "sms",
      await readAddress(),
    );
    return "message" in sent ? refuse(sent.message) : pass(sent);
  }
  const checked = await getSignIn().checkCode(challenge, code);
  return "message" in checked ? refuse(checked.message) : pass(checked);
}

const refuse = (message: string, status = 422) => Response.json({ message }, { status });
const pass = async (session: Session) => Response.json({ session: await getSessions().seal(session) });

function readSession(request: Request): Promise<Session> {
  return getSessions().open(/^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1]);
}

/** Reads the texts of a JSON body; other bodies give none. */
async function readText(request: Request): Promise<Partial<Record<"number" | "code" | "resend", string>>> {
  const body: unknown = await request.json().catch(() => undefined);
  const isText = (entry: [string, unknown]) => typeof entry[1] === "string";
  return Object.fromEntries(Object.entries(Object(body)).filter(isText));
}

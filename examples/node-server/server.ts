// A sign-in on Node's own HTTP server.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { codePage, numberPage, welcomePage } from "./pages.ts";
import { createSessions, SESSION_COOKIE, SESSION_LIFETIME_S, type Session } from "./session.ts";
import { createSignIn } from "./sign-in.ts";

const {
  VONAGE_CONVERSION_ENDPOINT: endpoint = "",
  VONAGE_CONVERSION_KEY: key = "",
  SESSION_SECRET,
  SITE_ORIGIN,
  PORT = "3000",
  HOST = "127.0.0.1",
} = process.env;

const signIn = createSignIn({ endpoint, key, origin: SITE_ORIGIN || undefined });
const sessions = createSessions(SESSION_SECRET);
const MAX_FORM_BYTES = 1000;

const routes: Readonly<
  Record<string, (request: IncomingMessage, response: ServerResponse, session: Session) => Promise<void>>
> = {
  "GET /": async (_, response, { user }) =>
    show(response, 200, user === undefined ? numberPage() : welcomePage(user)),

  "POST /": async (request, response) => {
    // Behind your own proxy, read the header that it sets and overwrites.
    const ip = request.socket.remoteAddress;
    const typed = await readField(request, "number");
    const sent = await signIn.sendCode(typed, ip);
    if ("message" in sent) return show(response, 422, numberPage(sent.message, typed));
    await go(response, "/code", sent);
  },

  "GET /code": async (_, response, { challenge }) =>
    challenge === undefined ? go(response, "/") : show(response, 200, codePage(challenge.notice)),

  "POST /code": async (request, response, { challenge }) => {
    if (challenge === undefined) return go(response, "/");
    const checked = await signIn.checkCode(challenge, await readField(request, "code"));
    if ("message" in checked) return show(response, 422, codePage(challenge.notice, checked.message));
    await go(response, "/", checked);
  },

  "POST /resend": async (request, response, { challenge }) => {
    if (challenge === undefined) return go(response, "/");
    const channel = (await readField(request, "channel")) === "voice" ? "voice" : "sms";
    const sent = await signIn.resendCode(challenge, channel, request.socket.remoteAddress);
    if ("message" in sent) return show(response, 422, codePage(challenge.notice, sent.message));
    await go(response, "/code", sent);
  },

  "POST /sign-out": async (_, response) => go(response, "/", {}),
};

const server = createServer(async (request, response) => {
  const { method, url = "/", headers } = request;
  try {
    const route = routes[`${method} ${url.split("?")[0]}`];
    if (route === undefined) return show(response, 404, "Not found");
    if (method === "POST" && isForeign(request)) return show(response, 403, "Not from this page");
    const cookie = headers.cookie?.split("; ").find((one) => one.startsWith(`${SESSION_COOKIE}=`));
    await route(request, response, await sessions.open(cookie?.slice(SESSION_COOKIE.length + 1)));
  } catch (error) {
    console.error(error);
    show(response, 500, "Something went wrong. Try again.");
  }
});
server.listen(Number(PORT), HOST, () => console.log(`http://${HOST}:${PORT}`));

/** Returns `true` if the form was sent from another origin. */
function isForeign({ headers }: IncomingMessage): boolean {
  const { host, origin } = headers;
  return origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host);
}

async function readField(request: IncomingMessage, name: string): Promise<string> {
  let form = "";
  for await (const chunk of request.setEncoding("utf8")) {
    form += chunk;
    if (form.length > MAX_FORM_BYTES) throw new Error("A form was too long.");
  }
  return new URLSearchParams(form).get(name) ?? "";
}

function show(response: ServerResponse, status: number, html: string): void {
  const headers = { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" };
  response.writeHead(status, headers).end(html);
}

/** @param session The new session. Without it, the session stays as it is. */
async function go(response: ServerResponse, to: string, session?: Session): Promise<void> {
  if (session !== undefined) {
    const attributes = `Path=/; Max-Age=${SESSION_LIFETIME_S}; Secure; HttpOnly; SameSite=Lax`;
    response.setHeader("set-cookie", `${SESSION_COOKIE}=${await sessions.seal(session)}; ${attributes}`);
  }
  response.writeHead(303, { location: to }).end();
}

// A sign-in on a Worker that is bound to the Worker of vonage-conversion.

import type { TwoFactorService } from "vonage-conversion/cloudflare";
import { codePage, numberPage, welcomePage } from "./pages.ts";
import {
  createSessions,
  SESSION_COOKIE,
  SESSION_LIFETIME_S,
  type Session,
  type Sessions,
} from "./session.ts";
import { checkCode, resendCode, sendCode } from "./sign-in.ts";

interface Env {
  readonly TWO_FACTOR: TwoFactorService;
  readonly SESSION_SECRET: string;
  /** Such as `https://shop.example`. Without it, phones cannot tell which site a code is for. */
  readonly SITE_ORIGIN?: string;
}

export default {
  async fetch(request: Request, { TWO_FACTOR, SESSION_SECRET, SITE_ORIGIN }: Env): Promise<Response> {
    const { origin, pathname } = new URL(request.url);
    if (request.method === "POST" && (request.headers.get("origin") ?? origin) !== origin) {
      return new Response("Not from this page", { status: 403 });
    }
    const sessions = createSessions(SESSION_SECRET);
    const { challenge, user } = await sessions.open(readCookie(request));
    const asking = {
      // Cloudflare overwrites this header, so users cannot forge it.
      ip: request.headers.get("cf-connecting-ip") ?? undefined,
      origin: SITE_ORIGIN || undefined,
    };

    switch (`${request.method} ${pathname}`) {
      case "GET /":
        return show(user === undefined ? numberPage() : welcomePage(user));
      case "POST /": {
        const typed = await readField(request, "number");
        const sent = await sendCode(TWO_FACTOR, typed, asking);
        return "message" in sent ? show(numberPage(sent.message, typed), 422) : go("/code", sessions, sent);
      }
      case "GET /code":
        return challenge === undefined ? go("/") : show(codePage(challenge.notice));
      case "POST /code": {
        if (challenge === undefined) return go("/");
        const checked = await checkCode(TWO_FACTOR, challenge, await readField(request, "code"));
        if ("message" in checked) return show(codePage(challenge.notice, checked.message), 422);
        return go("/", sessions, checked);
      }
      case "POST /resend": {
        if (challenge === undefined) return go("/");
        const channel = (await readField(request, "channel")) === "voice" ? "voice" : "sms";
        const sent = await resendCode(TWO_FACTOR, challenge, channel, asking);
        if ("message" in sent) return show(codePage(challenge.notice, sent.message), 422);
        return go("/code", sessions, sent);
      }
      case "POST /sign-out":
        return go("/", sessions, {});
      default:
        return new Response("Not found", { status: 404 });
    }
  },
};

function readCookie(request: Request): string | undefined {
  const cookies = request.headers.get("cookie")?.split("; ") ?? [];
  return cookies.find((one) => one.startsWith(`${SESSION_COOKIE}=`))?.slice(SESSION_COOKIE.length + 1);
}

async function readField(request: Request, name: string): Promise<string> {
  const value = (await request.formData()).get(name);
  return typeof value === "string" ? value : "";
}

function show(html: string, status = 200): Response {
  const headers = { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" };
  return new Response(html, { status, headers });
}

/** @param session The new session. Without it, the session stays as it is. */
async function go(to: string, sessions?: Sessions, session?: Session): Promise<Response> {
  const headers = new Headers({ location: to });
  if (sessions !== undefined && session !== undefined) {
    const attributes = `Path=/; Max-Age=${SESSION_LIFETIME_S}; Secure; HttpOnly; SameSite=Lax`;
    headers.set("set-cookie", `${SESSION_COOKIE}=${await sessions.seal(session)}; ${attributes}`);
  }
  return new Response(null, { status: 303, headers });
}

// A sign-in in Hono. It uses only Request and Response, so it runs wherever Hono does.

import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { getCookie, setCookie } from "hono/cookie";
import { csrf } from "hono/csrf";
import { secureHeaders } from "hono/secure-headers";
import { codePage, numberPage, welcomePage } from "./pages.ts";
import { createSessions, SESSION_COOKIE, SESSION_LIFETIME_S, type Session } from "./session.ts";
import { createSignIn } from "./sign-in.ts";

export interface Settings {
  /** The Worker's base URL. */
  readonly endpoint: string;
  /** One of its proxy keys for 2FA traffic. */
  readonly key: string;
  /** 32 characters or more. */
  readonly sessionSecret: string | undefined;
  /** The site's origin, such as `https://shop.example`: phones then offer the code only on this site. */
  readonly origin: string | undefined;
  /** Returns the user's address. Each platform has its own way, such as `getConnInfo`. */
  readonly addressOf: (context: Context) => string | undefined;
}

export function createApplication({ endpoint, key, sessionSecret, origin, addressOf }: Settings): Hono {
  const signIn = createSignIn({ endpoint, key, origin });
  const sessions = createSessions(sessionSecret);

  const open = (context: Context) => sessions.open(getCookie(context, SESSION_COOKIE));
  const save = async (context: Context, session: Session) => {
    const attributes = { path: "/", maxAge: SESSION_LIFETIME_S, secure: true, httpOnly: true } as const;
    setCookie(context, SESSION_COOKIE, await sessions.seal(session), { ...attributes, sameSite: "Lax" });
  };

  const application = new Hono();
  application.use(secureHeaders(), csrf(), bodyLimit({ maxSize: 1000 }));
  application.use(async (context, next) => {
    await next();
    context.header("cache-control", "no-store");
  });

  application.get("/", async (context) => {
    const { user } = await open(context);
    return context.html(user === undefined ? numberPage() : welcomePage(user));
  });

  application.post("/", async (context) => {
    const typed = await readField(context, "number");
    const sent = await signIn.sendCode(typed, addressOf(context));
    if ("message" in sent) return context.html(numberPage(sent.message, typed), 422);
    await save(context, sent);
    return context.redirect("/code", 303);
  });

  application.get("/code", async (context) => {
    const { challenge } = await open(context);
    return challenge === undefined ? context.redirect("/", 303) : context.html(codePage(challenge.notice));
  });

  application.post("/code", async (context) => {
    const { challenge } = await open(context);
    if (challenge === undefined) return context.redirect("/", 303);
    const checked = await signIn.checkCode(challenge, await readField(context, "code"));
    if ("message" in checked) return context.html(codePage(challenge.notice, checked.message), 422);
    await save(context, checked);
    return context.redirect("/", 303);
  });

  application.post("/resend", async (context) => {
    const { challenge } = await open(context);
    if (challenge === undefined) return context.redirect("/", 303);
    const channel = (await readField(context, "channel")) === "voice" ? "voice" : "sms";
    const sent = await signIn.resendCode(challenge, channel, addressOf(context));
    if ("message" in sent) return context.html(codePage(challenge.notice, sent.message), 422);
    await save(context, sent);
    return context.redirect("/code", 303);
  });

  application.post("/sign-out", async (context) => {
    await save(context, {});
    return context.redirect("/", 303);
  });

  return application;
}

async function readField(context: Context, name: string): Promise<string> {
  const { [name]: value } = await context.req.parseBody();
  return typeof value === "string" ? value : "";
}

// The Worker of an engineer who does without this package, shared by both peers: Hono routes, jose verifies tokens,
// ofetch sends. Like ours, it takes a proxy key or a report token, has a deadline and one retry, and logs one line.

import { Hono } from "hono";
import { timingSafeEqual } from "hono/utils/buffer";
import { decodeBase64 } from "hono/utils/encode";
import { jwtVerify } from "jose";
import { ofetch } from "ofetch";

export interface PeerEnv {
  readonly VONAGE_BASE_URL: string;
  readonly VONAGE_2FA_API_KEY: string;
  readonly VONAGE_2FA_API_SECRET: string;
  /** `name:key` */
  readonly PROXY_KEYS_2FA: string;
  /** `kid:secret` */
  readonly TOKEN_SECRETS: string;
}

export interface PeerReport {
  readonly channel: string;
  readonly messageId: string;
  readonly delivered: string;
}

/** Creates the application. `submit` resolves to the status of the answer. */
export function createPeer<E extends PeerEnv>(
  submit: (report: PeerReport, env: E) => Promise<200 | 202 | 502>,
) {
  const app = new Hono<{ Bindings: E }>();
  app.post("/conversions/:channel", async (c) => {
    const started = Date.now();
    const form = await c.req.parseBody();
    const { "message-id": messageId, delivered, token } = form;
    if (typeof messageId !== "string" || (delivered !== "true" && delivered !== "false")) {
      return c.json({ error: "message-id and delivered are needed" }, 400);
    }
    const isAllowed =
      typeof token === "string"
        ? await isTokenFor(messageId, token, c.env)
        : await isKey(c.req.header("authorization"), c.env);
    if (!isAllowed) return c.json({ error: "unauthorized" }, 401);
    const status = await submit({ channel: c.req.param("channel"), messageId, delivered }, c.env);
    console.log(
      JSON.stringify({ method: c.req.method, path: c.req.routePath, status, ms: Date.now() - started }),
    );
    return c.json({ status: status === 202 ? "accepted" : "recorded" }, status);
  });
  return app;
}

/** Sends one report to Vonage. Throws if Vonage does not confirm it. */
export async function sendToVonage(
  { channel, messageId, delivered }: PeerReport,
  env: PeerEnv,
): Promise<void> {
  await ofetch(`${env.VONAGE_BASE_URL}/conversions/${channel}`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`${env.VONAGE_2FA_API_KEY}:${env.VONAGE_2FA_API_SECRET}`)}` },
    body: new URLSearchParams({
      "message-id": messageId,
      delivered,
      timestamp: new Date().toISOString().slice(0, 19).replace("T", " "),
    }),
    timeout: 4000,
    retry: 1,
    retryDelay: 100,
    responseType: "text",
  });
}

async function isTokenFor(messageId: string, token: string, env: PeerEnv): Promise<boolean> {
  const secret = new TextEncoder().encode(env.TOKEN_SECRETS.split(":")[1]);
  try {
    const { payload } = await jwtVerify(token, secret, {
      algorithms: ["HS256"],
      audience: "vonage-conversion",
    });
    return payload.sub === messageId;
  } catch {
    return false;
  }
}

async function isKey(authorization: string | undefined, env: PeerEnv): Promise<boolean> {
  const encoded = authorization?.startsWith("Basic ") && authorization.slice("Basic ".length);
  return !!encoded && timingSafeEqual(new TextDecoder().decode(decodeBase64(encoded)), env.PROXY_KEYS_2FA);
}

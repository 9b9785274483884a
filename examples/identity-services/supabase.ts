// Two hooks of Supabase Auth, which sends them as Standard Webhooks: https://supabase.com/docs/guides/auth/auth-hooks

import { Webhook } from "standardwebhooks";
import type { Messages } from "./messages.ts";

/** The answer to a hook: its status, its JSON, and whether Supabase may call again. */
export interface HookAnswer {
  readonly status: number;
  readonly body: object;
  readonly retry?: boolean;
}

export type Hook = (body: string, headers: Record<string, string>) => Promise<HookAnswer>;

interface SendSms {
  readonly user: { readonly id: string; readonly phone?: string };
  /** `phone` is the number of a new phone or factor; older versions have only the user's. */
  readonly sms: { readonly otp: string; readonly phone?: string };
}

interface AccessToken {
  readonly user_id: string;
  readonly claims: object;
  readonly authentication_method: string;
}

/** The hook "Send SMS". @param secret As the dashboard shows it: `v1,whsec_…`. */
export function createSendSmsHook(secret: string, messages: Messages): Hook {
  return signed<SendSms>(secret, async ({ user, sms }) => {
    const to = sms.phone || user.phone || "";
    switch (await messages.send({ to, code: sms.otp, users: [`supabase:${user.id}`] })) {
      case "sent":
        return { status: 200, body: {} };
      case "later":
        return { status: 503, body: {}, retry: true };
      case "refused":
        // Supabase shows this message to the application only beside a 200.
        return {
          status: 200,
          body: { error: { http_code: 422, message: "No code can be sent to this number." } },
        };
    }
  });
}

/** The hook "Custom Access Token", which runs at each sign-in. It changes nothing, and learns who entered a code. */
export function createAccessTokenHook(secret: string, messages: Messages): Hook {
  return signed<AccessToken>(secret, async ({ user_id, claims, authentication_method: method }) => {
    if (method === "otp" || method === "mfa/phone") messages.confirm([`supabase:${user_id}`]);
    return { status: 200, body: { claims } };
  });
}

function signed<Payload>(secret: string, act: (payload: Payload) => Promise<HookAnswer>): Hook {
  const webhook = new Webhook(secret.replace(/^v1,/, ""));
  return async (body, headers) => {
    let payload: Payload;
    try {
      // It also refuses what was signed more than five minutes ago.
      payload = webhook.verify(body, headers) as Payload;
    } catch {
      return { status: 401, body: {} };
    }
    return act(payload);
  };
}

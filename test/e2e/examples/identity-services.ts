// The requests of Supabase and Auth0 to their example: the payloads of Supabase Auth's source (internal/hooks/v0hooks) and of
// the event objects in Auth0's documentation of the triggers custom-phone-provider and post-login.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { Webhook } from "standardwebhooks";
import { SANDBOX_CREDENTIALS } from "../../../src/sandbox/index.ts";
import { ADMIN_KEY } from "../../support/local-stack.ts";
import { aNumber, reportsOf } from "../../support/two-factor-stack.ts";
import { untilEqual } from "../../support/until.ts";
import type { Behaviour, Scene } from "./behaviour.ts";

const SMS_SECRET = `whsec_${Buffer.from("secret-of-the-hook-send-sms-0123").toString("base64")}`;
const TOKEN_SECRET = `whsec_${Buffer.from("secret-of-the-hook-token-0123456").toString("base64")}`;
const ACTION_KEY = "key-of-the-actions-0123456789abcdef";
const LIFETIME_S = 60;

/** The settings of the example, with Vonage at `vonage`. */
export const settingsOfServices = (vonage: string): Readonly<Record<string, string>> => ({
  VONAGE_API_KEY: SANDBOX_CREDENTIALS.twoFactor.apiKey,
  VONAGE_API_SECRET: SANDBOX_CREDENTIALS.twoFactor.apiSecret,
  VONAGE_REST_BASE_URL: vonage,
  CODE_LIFETIME_S: String(LIFETIME_S),
  SUPABASE_SEND_SMS_SECRET: `v1,${SMS_SECRET}`,
  SUPABASE_ACCESS_TOKEN_SECRET: `v1,${TOKEN_SECRET}`,
  AUTH0_ACTION_KEY: ACTION_KEY,
});

export const IDENTITY_SERVICES: readonly Behaviour[] = [
  {
    name: "Supabase: its code arrives, the sign-in is reported as true, and the claims stay as they were",
    check: async (scene) => {
      const { user, number } = aSupabaseUser();
      const sent = await sendSms(scene, user, "561166");
      assert.deepEqual([sent.status, sent.body], [200, {}]);
      const { messageId, text } = lastText(scene, number);
      assert.match(text, /^561166 is your Acme code/);
      const claims = {
        sub: user.id,
        role: "authenticated",
        aal: "aal1",
        amr: [{ method: "otp", timestamp: 1 }],
      };
      // A refreshed token is no sign-in.
      await accessToken(scene, { user_id: user.id, claims, authentication_method: "token_refresh" });
      assert.deepEqual(reportsOf(scene.sandbox, messageId), []);
      const token = await accessToken(scene, { user_id: user.id, claims, authentication_method: "otp" });
      assert.deepEqual([token.status, token.body], [200, { claims }]);
      await untilEqual(() => reportsOf(scene.sandbox, messageId), [true]);
    },
  },
  {
    name: "Supabase: a code that nobody enters is reported as false once it has expired",
    check: async (scene) => {
      const { user, number } = aSupabaseUser();
      await sendSms(scene, user, "561167");
      const { messageId } = lastText(scene, number);
      await untilTracked(scene, messageId);
      await scene.turnClock((LIFETIME_S + 1) * 1000);
      await untilEqual(() => reportsOf(scene.sandbox, messageId), [false]);
    },
  },
  {
    name: "Supabase: the number of a new phone is that of the message, and each code is sent once",
    check: async (scene) => {
      const { user } = aSupabaseUser();
      const number = aNumber();
      await hook(scene, "/supabase/send-sms", SMS_SECRET, {
        ...supabaseMetadata("send-sms"),
        user,
        sms: { otp: "561168", sms_type: "phone_change", phone: `+${number}` },
      });
      assert.equal(scene.sandbox.handset(number).inbox().length, 1);
    },
  },
  {
    name: "Supabase: a hook that is not signed, wrongly signed or old gets 401, and nothing is sent",
    check: async (scene) => {
      const { user, number } = aSupabaseUser();
      const body = JSON.stringify({ user, sms: { otp: "561169" } });
      const anHourAgo = new Date(Date.now() - 3_600_000);
      for (const headers of [
        {},
        sign(TOKEN_SECRET, body),
        sign(SMS_SECRET, `${body} `),
        sign(SMS_SECRET, body, anHourAgo),
      ]) {
        assert.equal((await post(scene, "/supabase/send-sms", body, headers)).status, 401);
      }
      assert.deepEqual(scene.sandbox.handset(number).inbox(), []);
    },
  },
  {
    name: "Supabase: it may try again when Vonage cannot send, and is told when a number gets no code",
    check: async (scene) => {
      const { user } = aSupabaseUser();
      scene.sandbox.fail({ path: "sms", status: 503, times: 1 });
      const later = await sendSms(scene, user, "561170");
      assert.deepEqual([later.status, later.retryAfter], [503, "1"]);
      const refused = await sendSms(scene, { ...user, phone: "12" }, "561170");
      assert.equal(refused.status, 200);
      assert.deepEqual(refused.body, {
        error: { http_code: 422, message: "No code can be sent to this number." },
      });
    },
  },
  {
    name: "Auth0: the Actions send its code, and report the sign-in as true",
    check: async (scene) => {
      const { event, number, user } = anAuth0Event(scene);
      assert.deepEqual(await runProvider(event), []);
      const { messageId, text } = lastText(scene, number);
      assert.match(text, /^123456 is your Acme code/);
      const signIn = (methods: readonly object[]) =>
        load("post-login").onExecutePostLogin?.({ ...event, user, authentication: { methods } });
      // A session that goes on, and a sign-in by password alone.
      await signIn([{ name: "sms", timestamp: new Date(Date.now() - 3_600_000).toISOString() }]);
      await signIn([{ name: "pwd", timestamp: new Date().toISOString() }]);
      assert.deepEqual(reportsOf(scene.sandbox, messageId), []);
      await signIn([{ name: "sms", timestamp: new Date(Date.now() + 1000).toISOString() }]);
      await untilEqual(() => reportsOf(scene.sandbox, messageId), [true]);
    },
  },
  {
    name: "Auth0: is told whether a message is to be sent again or dropped",
    check: async (scene) => {
      const { event } = anAuth0Event(scene);
      scene.sandbox.fail({ path: "sms", status: 503, times: 1 });
      assert.deepEqual(await runProvider(event), ["retry: Vonage takes no messages now."]);
      const withKey = { ...event, secrets: { ...event.secrets, AUTH0_ACTION_KEY: `${ACTION_KEY}x` } };
      assert.deepEqual(await runProvider(withKey), ["drop: The server answered 401."]);
      const { code: _, ...notice } = event.notification;
      const dropped = ["drop: This provider sends only codes, and only as text."];
      assert.deepEqual(await runProvider({ ...event, notification: notice }), dropped);
      const voice = { ...event.notification, delivery_method: "voice" };
      assert.deepEqual(await runProvider({ ...event, notification: voice }), dropped);
    },
  },
  {
    name: "no secret and no user's data is logged",
    check: async (scene) => {
      const { user, number } = aSupabaseUser();
      scene.sandbox.fail({ path: "sms", status: 503, times: 1 });
      await sendSms(scene, user, "561171");
      const secrets = [SMS_SECRET, TOKEN_SECRET, ACTION_KEY, SANDBOX_CREDENTIALS.twoFactor.apiSecret];
      assert.match(scene.output(), /POST \/sms\/json: 503/);
      for (const secret of [...secrets, number, user.id, "561171", "123456"]) {
        assert.ok(!scene.output().includes(secret), "a secret was logged");
      }
    },
  },
];

function aSupabaseUser() {
  const number = aNumber();
  const user = {
    id: crypto.randomUUID(),
    aud: "authenticated",
    role: "authenticated",
    email: "",
    phone: number,
  };
  return { number, user };
}

const supabaseMetadata = (name: string) => ({
  metadata: { uuid: crypto.randomUUID(), time: new Date().toISOString(), name, ip_address: "192.0.2.1" },
});

const sendSms = (scene: Scene, user: object, otp: string) =>
  hook(scene, "/supabase/send-sms", SMS_SECRET, {
    ...supabaseMetadata("send-sms"),
    user,
    sms: { otp, sms_type: "sms" },
  });

const accessToken = (scene: Scene, payload: object) =>
  hook(scene, "/supabase/access-token", TOKEN_SECRET, {
    ...supabaseMetadata("customize-access-token"),
    ...payload,
  });

function hook(scene: Scene, path: string, secret: string, payload: object) {
  const body = JSON.stringify(payload);
  return post(scene, path, body, sign(secret, body));
}

function sign(secret: string, body: string, at = new Date()): Record<string, string> {
  const id = crypto.randomUUID();
  return {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": new Webhook(secret).sign(id, at, body),
  };
}

async function post({ url }: Scene, path: string, body: string, headers: Record<string, string>) {
  const response = await fetch(url + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });
  return {
    status: response.status,
    retryAfter: response.headers.get("retry-after"),
    body: (await response.json()) as object,
  };
}

function anAuth0Event({ url }: Scene) {
  const number = aNumber();
  const user = { user_id: `auth0|${crypto.randomUUID()}`, name: "John Smith" };
  const event = {
    client: { client_id: "gmOWNgklfRm4tyl5YYnl3JDSJy19h1bR", name: "All Applications", metadata: {} },
    notification: {
      as_text: "This is the text, with otp: 123456",
      as_voice: "1. 2. 3. 4. 5. 6.",
      code: "123456",
      delivery_method: "text",
      from: "+18085552222",
      locale: "en_US",
      message_type: "otp_verify",
      recipient: `+${number}`,
    },
    request: { ip: "192.0.2.1", method: "POST", geoip: {} },
    tenant: { id: "shop" },
    user,
    secrets: { SERVER_URL: url, AUTH0_ACTION_KEY: ACTION_KEY },
  };
  return { event, number, user };
}

type Action = Readonly<Record<string, (event: object, api?: object) => Promise<void>>>;

const require = createRequire(import.meta.url);
const load = (name: string): Action => require(resolve(`examples/identity-services/auth0/${name}.cjs`));

/** Runs the Action, and returns what it tells Auth0. */
async function runProvider(event: object): Promise<string[]> {
  const told: string[] = [];
  const notification = {
    drop: (reason: string) => told.push(`drop: ${reason}`),
    retry: (reason: string) => told.push(`retry: ${reason}`),
  };
  await load("phone-provider").onExecuteCustomPhoneProvider?.(event, { notification });
  return told;
}

function lastText({ sandbox }: Scene, number: string) {
  const message = sandbox.handset(number).inbox().at(-1);
  assert.ok(message, "no text arrived");
  return { messageId: message.messageIds[0], text: message.text };
}

/** The example answers before the message is tracked. */
async function untilTracked({ worker }: Scene, messageId: string | undefined): Promise<void> {
  const headers = { authorization: `Bearer ${ADMIN_KEY.key}` };
  await untilEqual(async () => {
    const response = await fetch(`${worker.url}/reports?state=tracking`, { headers });
    const { reports } = (await response.json()) as { reports: readonly { readonly messageId: string }[] };
    return reports.some((one) => one.messageId === messageId);
  }, true);
}

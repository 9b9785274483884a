// No phone number, message id, code or key gets into Insight's storage, its answers, its webhook or the log, by whichever
// way messages come in.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Alarm } from "../../../src/insight/answer.ts";
import { SANDBOX_APPLICATION, SANDBOX_CREDENTIALS } from "../../../src/sandbox/index.ts";
import { createTwoFactorClient } from "../../../src/two-factor/index.ts";
import type { Parameter } from "../../../src/wire/parameters.ts";
import { signParameters } from "../../../src/wire/signature.ts";
import { eventually } from "../../support/eventually.ts";
import { ADMIN_KEY, OTHER_PROXY_KEY, PROXY_KEY, TOKEN_SECRET } from "../../support/local-stack.ts";
import { type SandboxServer, startSandboxServer } from "../../support/sandbox-server.ts";
import {
  CODE_SECRET,
  COOLDOWN_MS,
  codeAt,
  codeHeardAt,
  notThe,
  SIGNATURE_SECRET,
  twoFactorBindingsFor,
} from "../../support/two-factor-stack.ts";
import { type InsightStack, startInsightStack, WEBHOOK_SECRET } from "./insight-stack.ts";
import { AS_JSON, BY_SHOP, callsOf } from "./ledger-worker.ts";

/** As long as codes can be: a short one is somewhere in every list of numbers. */
const CODE_LENGTH = "10";

let vonage: SandboxServer;
let stack: InsightStack;
beforeAll(async () => {
  vonage = await startSandboxServer({ now: () => stack?.now() ?? Date.now() });
  stack = await startInsightStack({
    ...twoFactorBindingsFor(vonage.url),
    TWO_FACTOR_CODE_LENGTH: CODE_LENGTH,
    INSIGHT_INTERVAL_S: "5",
  });
  vonage.sandbox.webhooks({
    deliveryReceipt: `${stack.worker.url}/webhooks/delivery-receipt`,
    inboundSms: `${stack.worker.url}/webhooks/inbound-sms`,
    voiceEvent: `${stack.worker.url}/webhooks/voice-event`,
    sign: "sha256",
  });
});
afterAll(async () => {
  await stack?.stop();
  await vonage?.close();
});

/** The texts that must be found nowhere, by name. */
const secrets = new Map<string, string>([
  ["a proxy key", PROXY_KEY.key],
  ["another proxy key", OTHER_PROXY_KEY.key],
  ["the admin key", ADMIN_KEY.key],
  ["the API secret", SANDBOX_CREDENTIALS.twoFactor.apiSecret],
  ["the token secret", TOKEN_SECRET.secret],
  ["the code secret", CODE_SECRET],
  ["the signature secret", SIGNATURE_SECRET],
  ["the webhook secret", WEBHOOK_SECRET],
  ["the webhook secret's bytes", atob(WEBHOOK_SECRET.slice("whsec_".length))],
  ["the private key", SANDBOX_APPLICATION.privateKey.split("\n")[1] ?? ""],
]);
let planted = 0;

/** Of messages that are sent elsewhere; none of this block is converted. */
const OWN_BLOCK = "44740091";
const BLOCK = "44740092";

/** A number, its national form and its block. */
function aNumber(block = BLOCK): string {
  const number = `${block}${String(8270 + planted++)}`;
  secrets.set(`the number ${number}`, number);
  secrets.set(`the national number of ${number}`, number.slice(2));
  secrets.set(`the block of ${number}`, number.slice(0, -4));
  return number;
}

function anId(): string {
  const id = `0ACA9A12${String(planted++).padStart(8, "0")}`;
  secrets.set(`the message id ${id}`, id);
  return id;
}

const keep = (name: string, secret: string | undefined): void => {
  expect(secret, name).toBeTruthy();
  if (secret) secrets.set(name, secret);
};

/** Its messages on all channels, and its codes. */
function keepMessages(number: string): void {
  const handset = vonage.sandbox.handset(number);
  for (const { messageIds } of handset.inbox()) for (const id of messageIds) keep(`the text ${id}`, id);
  for (const { uuid } of handset.calls()) keep(`the call ${uuid}`, uuid);
}

async function receipt(parameters: Record<string, string>): Promise<void> {
  const complete: Parameter[] = [
    ...Object.entries(parameters),
    ["timestamp", String(Math.floor(stack.now() / 1000))],
    ["nonce", crypto.randomUUID()],
  ];
  const sig = await signParameters(complete, SIGNATURE_SECRET, "sha256");
  const body = new URLSearchParams([...complete, ["sig", sig]]);
  const { status } = await fetch(`${stack.worker.url}/webhooks/delivery-receipt`, { method: "POST", body });
  expect(status).toBe(200);
}

/** Messages that a server sends by itself, to one block of numbers, until it is an alarm. */
async function trackOwn(): Promise<void> {
  const { track, report, call } = callsOf(stack.worker);
  for (let index = 0; index < 14; index++) {
    const [messageId, to] = [anId(), aNumber(OWN_BLOCK)];
    const { status, body } = await track({ messageId, to: `+${to}`, network: "23410", price: "0.0333" });
    expect(status).toBe(201);
    keep(`the token of ${messageId}`, body.token);
    const claimed = index % 2 === 0 ? "delivered" : to;
    await receipt({ messageId, msisdn: to, status: claimed, "network-code": "23410", price: "0.0333" });
    if (index === 0) {
      const form = new URLSearchParams({ "message-id": messageId, delivered: "false", token: body.token });
      await call("/conversions/sms", { method: "POST", headers: AS_JSON, body: form });
    } else expect((await report(messageId, false)).status).toBe(200);
  }
  // Values in the wrong places, and by the service binding.
  const number = aNumber();
  for (const wrong of [{ country: number }, { network: number }, { price: number }, { to: "0" }]) {
    const { status, text } = await track({ messageId: anId(), ...wrong });
    expect(status).toBe(400);
    expect(text).not.toContain(number);
  }
  await receipt({ messageId: anId(), msisdn: number, status: number, "network-code": number, price: number });
  const message = { messageId: anId(), channel: "sms", to: `+${aNumber()}` };
  const tracked = await fetch(`${stack.worker.url}/test/track`, {
    method: "POST",
    body: JSON.stringify(message),
  });
  expect(tracked.status).toBe(200);
}

/** Sign-ins by text and call: verified by form and reply, wrong, sent again, refused. */
async function signIn(): Promise<void> {
  const client = createTwoFactorClient({ endpoint: stack.worker.url, key: PROXY_KEY.key });
  const { sandbox } = vonage;
  const byForm = aNumber();
  const { id } = await client.start({ to: byForm, channel: "sms" });
  const code = codeAt(sandbox, byForm);
  keep("a code by text", code);
  await client.check(id, notThe(code));
  await expect(client.check(id, code)).resolves.toMatchObject({ verified: true });

  const byReply = aNumber();
  await client.start({ to: byReply, channel: "sms" });
  keep("a code by reply", codeAt(sandbox, byReply));
  await sandbox.handset(byReply).reply(codeAt(sandbox, byReply));

  const byCall = aNumber();
  const started = await client.start({ to: byCall, channel: "sms" });
  keep("a code that was superseded", codeAt(sandbox, byCall));
  await stack.turn(COOLDOWN_MS);
  await client.resend(started.id, { channel: "voice" });
  const heard = codeHeardAt(sandbox, byCall);
  keep("a code by call", heard);
  for (const { uuid } of sandbox.handset(byCall).calls()) sandbox.handset(byCall).answer(uuid);
  await client.check(started.id, heard);

  const refused = aNumber();
  sandbox.fail({ path: "sms", smsStatus: "9" });
  await expect(client.start({ to: refused, channel: "sms" })).rejects.toMatchObject({ code: "send_failed" });
  for (const number of [byForm, byReply, byCall]) keepMessages(number);
  keep("a challenge", id);
}

describe("Insight holds and shows no number, message id, code or key", () => {
  const found = (where: string, text: string): string[] =>
    [...secrets].filter(([, secret]) => text.includes(secret)).map(([name]) => `${name} in ${where}`);

  it("in its storage, its answers, its alarms, its webhook and the log", async () => {
    await trackOwn();
    await signIn();
    const alarms = await eventually(async () => {
      await stack.turn(10_000);
      const answer = (await (await stack.get("/insight/alarms?state=all")).json()) as { alarms: Alarm[] };
      const rules = answer.alarms.map(({ rule }) => rule);
      expect(rules).toContain("number-block");
      expect(stack.webhooks.length).toBeGreaterThan(0);
      return JSON.stringify(answer);
    });
    const by = "by=traffic,channel,country,network&series=1";
    const answers = await eventually(async () => {
      await stack.turn(10_000);
      const json = await (await stack.get(`/insight?${by}`)).text();
      // 15 of their own, and four texts or calls of the workflow.
      expect(JSON.parse(json).total).toMatchObject({ sent: 19, converted: 3, refused: { total: 1 } });
      return json;
    });
    const csv = await (await stack.get(`/insight?${by}`, { accept: "text/csv" })).text();
    const metrics = await (await stack.get("/metrics")).text();
    expect(csv).toContain("23410");
    expect(metrics).toContain("23410");
    const { call } = callsOf(stack.worker);
    expect((await call("/insight", { headers: BY_SHOP })).status).toBe(401);

    await stack.worker.kill();
    const folder = join(stack.storage, "Insight");
    const storage = readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), "latin1"))
      .join();
    expect(storage).toContain("2fa/sms/GB/23410");
    expect(secrets.size).toBeGreaterThan(80);
    expect([
      ...found("the storage", storage),
      ...found("GET /insight", answers),
      ...found("the CSV", csv),
      ...found("the alarms", alarms),
      ...found("the metrics", metrics),
      ...found("the webhook", JSON.stringify(stack.webhooks)),
      ...found("the log", [...stack.worker.logs, ...stack.worker.errors].join("\n")),
    ]).toEqual([]);
  }, 60_000);
});

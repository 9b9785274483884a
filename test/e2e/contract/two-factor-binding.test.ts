// The workflow by RPC, from a Worker next door; and a Worker whose operator brings a sender of their own.

import { createServer } from "node:http";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleWorker, toWorkerSettings } from "../../../adapters/playground/workerd.ts";
import { type CodeMessage, createTwoFactorClient } from "../../../src/two-factor/index.ts";
import { eventually } from "../../support/eventually.ts";
import { findFreePort } from "../../support/free-port.ts";
import { PROXY_KEY } from "../../support/local-stack.ts";
import { type SandboxServer, startSandboxServer } from "../../support/sandbox-server.ts";
import { aNumber, codeAt, notThe, reportsOf, twoFactorBindingsFor } from "../../support/two-factor-stack.ts";
import type { TwoFactorCall } from "./two-factor-caller.ts";

let vonage: SandboxServer;
const running: Miniflare[] = [];
beforeAll(async () => {
  vonage = await startSandboxServer();
});
afterAll(async () => {
  await Promise.all(running.map((one) => one.dispose()));
  await vonage.close();
});

async function startBound(bindings: Record<string, string> = {}) {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      log: new Log(LogLevel.ERROR),
      handleStructuredLogs: () => {},
      workers: [
        {
          name: "caller",
          modules: true,
          script: bundleWorker("test/e2e/contract/two-factor-caller.ts"),
          compatibilityDate: "2026-11-01",
          serviceBindings: { TWO_FACTOR: { name: "worker", entrypoint: "TwoFactor" } },
          unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
        },
        {
          ...toWorkerSettings({
            config: "wrangler.toml",
            bindings: { ...twoFactorBindingsFor(vonage.url), ...bindings },
          }),
          name: "worker",
        },
      ],
    }),
  );
  running.push(miniflare);
  await miniflare.ready;
  const { origin } = await miniflare.unsafeGetDirectURL("caller");
  return async (method: TwoFactorCall["method"], ...given: readonly unknown[]) => {
    const answer = await fetch(origin, { method: "POST", body: JSON.stringify({ method, given }) });
    return (await answer.json()) as { result?: { id: string }; error?: Record<string, unknown> };
  };
}

describe("through a service binding", () => {
  let call: Awaited<ReturnType<typeof startBound>>;
  beforeAll(async () => {
    call = await startBound();
  });

  it("a code is sent, looked at, checked and reported, with no key", async () => {
    const number = aNumber();
    const to = `0${number.slice(2, 6)} ${number.slice(6)}`;
    const { result } = await call("start", { to, defaultCountry: "GB", channel: "sms" });
    const { id = "" } = result ?? {};
    expect(result).toEqual({
      id,
      to: `+${number}`,
      channel: "sms",
      expiresAt: expect.any(String),
      attemptsLeft: 5,
    });
    const { sandbox } = vonage;
    const code = codeAt(sandbox, number);
    const wrong = { verified: false, reason: "wrong", attemptsLeft: 4 };
    expect((await call("check", id, notThe(code))).result).toEqual(wrong);
    const typed = `${code.slice(0, 3)}\u2013${code.slice(3)}`;
    expect((await call("check", id, typed)).result).toEqual({ verified: true });
    expect((await call("get", id)).result).toMatchObject({ id, state: "verified" });
    const messageId = sandbox.handset(number).inbox()[0]?.messageIds[0];
    await eventually(() => expect(reportsOf(sandbox, messageId)).toEqual([true]));
  });

  it("a challenge is cancelled, and a resend has to wait", async () => {
    const { result } = await call("start", { to: aNumber(), channel: "sms" });
    const { id = "" } = result ?? {};
    expect((await call("resend", id)).error).toMatchObject({
      name: "TwoFactorError",
      code: "resend_too_soon",
    });
    expect((await call("cancel", id)).result).toBeNull();
    expect((await call("get", id)).result).toMatchObject({ state: "cancelled" });
  });

  it.each<[string, TwoFactorCall["method"], unknown[], string]>([
    ["no request at all", "start", [], "invalid_request"],
    ["an unknown field", "start", [{ to: "+447400123456", channel: "sms", extra: 1 }], "invalid_request"],
    [
      "an unknown country",
      "start",
      [{ to: "020 7946 0018", defaultCountry: "UK", channel: "sms" }],
      "invalid_request",
    ],
    [
      "a number that is not written for any country",
      "start",
      [{ to: "020 7946 0018", channel: "sms" }],
      "invalid_number",
    ],
    ["a number that costs money", "start", [{ to: "+448712345678", channel: "sms" }], "number_refused"],
    ["an invalid number", "start", [{ to: "+44", channel: "sms" }], "invalid_number"],
    [
      "a country that is not served",
      "start",
      [{ to: "+4915123456789", channel: "sms" }],
      "country_not_served",
    ],
    ["a malformed code", "check", ["0.AAAAAAAAAAAAAAAAAAAAAA", "abc"], "invalid_request"],
    ["an unknown challenge", "check", ["0.AAAAAAAAAAAAAAAAAAAAAA", "123456"], "not_found"],
    ["an id that is no text", "get", [{ id: 1 }], "not_found"],
  ])("%s is an error that says so", async (_, method, given, code) => {
    const { error } = await call(method, ...given);
    expect(error).toMatchObject({ name: "TwoFactorError", code, retryable: false });
    expect(error?.message).toMatch(new RegExp(`^${code}: `));
  });

  it("a text is filled in for the site that asks", async () => {
    const number = aNumber();
    const origin = "https://bücher.example";
    await call("start", { to: number, channel: "sms", origin });
    const text = vonage.sandbox.handset(number).inbox().at(-1)?.text ?? "";
    expect(text).toMatch(/^(\d{6}) .*\n\n@xn--bcher-kva\.example #\1$/);
    const { error } = await call("start", { to: number, channel: "sms", origin: "https://192.0.2.1" });
    expect(error).toMatchObject({ code: "invalid_request", message: expect.stringContaining("origin") });
  });

  it("what is asked twice under one key is done once, and gets the same answer", async () => {
    const [number, options] = [aNumber(), { idempotencyKey: crypto.randomUUID() }];
    const request = { channel: "sms" } as const;
    const texts = () => vonage.sandbox.handset(number).inbox().length;
    const first = await call("start", { ...request, to: `+${number}` }, options);
    expect(first.result).toMatchObject({ id: expect.any(String), attemptsLeft: 5 });
    expect(await call("start", { ...request, to: `+${number}` }, options)).toEqual(first);
    expect(texts()).toBe(1);
    const { id = "" } = first.result ?? {};
    const checks = { idempotencyKey: crypto.randomUUID() };
    const wrong = notThe(codeAt(vonage.sandbox, number));
    for (let repeated = 0; repeated < 3; repeated++) {
      expect((await call("check", id, wrong, checks)).result).toEqual({
        verified: false,
        reason: "wrong",
        attemptsLeft: 4,
      });
    }
    // The first answer stays the start's.
    expect(await call("start", { ...request, to: `+${number}` }, options)).toEqual(first);
    // Another request, or another code, under the same key.
    for (const { error } of [
      await call("start", { ...request, to: `+${aNumber()}` }, options),
      await call("check", id, codeAt(vonage.sandbox, number), checks),
    ])
      expect(error).toMatchObject({ code: "idempotency_key_reused", retryable: false });
    expect(texts()).toBe(1);
  });

  it("a start that came at a bad time is tried again under its key", async () => {
    const [number, options] = [aNumber(), { idempotencyKey: crypto.randomUUID() }];
    vonage.sandbox.fail({ path: "sms", smsStatus: "5", times: 3 });
    const request = { to: `+${number}`, channel: "sms" };
    expect((await call("start", request, options)).error).toMatchObject({ code: "unavailable" });
    expect((await call("start", request, options)).result).toMatchObject({ to: `+${number}` });
    expect(vonage.sandbox.handset(number).inbox()).toHaveLength(1);
  });

  it.each<[string, unknown]>([
    ["that is empty", { idempotencyKey: "" }],
    ["with a blank", { idempotencyKey: "a b" }],
    ["that is no text", { idempotencyKey: 1 }],
    ["under another name", { key: "a" }],
  ])("a key %s is refused, and nothing is sent", async (_, options) => {
    const number = aNumber();
    const { error } = await call("start", { to: `+${number}`, channel: "sms" }, options);
    expect(error).toMatchObject({ code: "invalid_request" });
    expect(vonage.sandbox.handset(number).inbox()).toHaveLength(0);
  });

  it("a look waits until the challenge has ended, and not at all where it has", async () => {
    const number = aNumber();
    const { result } = await call("start", { to: `+${number}`, channel: "sms" });
    const { id = "" } = result ?? {};
    let over = false;
    const waiting = call("get", id, { wait: 25 }).finally(() => {
      over = true;
    });
    expect((await call("get", id)).result).toMatchObject({ state: "pending" });
    const started = performance.now();
    expect((await call("get", id, { wait: 1 })).result).toMatchObject({ state: "pending" });
    expect(performance.now() - started).toBeGreaterThan(900);
    expect(over).toBe(false);
    await call("check", id, codeAt(vonage.sandbox, number));
    expect((await waiting).result).toMatchObject({ id, state: "verified" });
    expect((await call("get", id, { wait: 25 })).result).toMatchObject({ state: "verified" });
    // Far from the end of either wait.
    expect(performance.now() - started).toBeLessThan(15_000);
    expect((await call("get", id, { wait: 31 })).error).toMatchObject({ code: "invalid_request" });
  });

  it("a message that Vonage throttles for too long says when to come back", async () => {
    vonage.sandbox.fail({ path: "calls", status: 429, retryAfter: "30" });
    const { error } = await call("start", { to: aNumber(), channel: "voice" });
    expect(error).toMatchObject({ code: "unavailable", retryable: true, retryAfter: 30_000 });
  });

  it("a Worker without the workflow says what to set", async () => {
    const off = Object.fromEntries(
      Object.keys(twoFactorBindingsFor(""))
        .filter((name) => /^(TWO_FACTOR|SMS|VOICE|WEBHOOK|VONAGE_REST)/.test(name))
        .map((name) => [name, ""]),
    );
    const { error } = await (await startBound(off))("start", { to: aNumber(), channel: "sms" });
    expect(error).toMatchObject({
      code: "not_configured",
      message: expect.stringContaining("TWO_FACTOR_SECRETS"),
    });
  });
});

it("an operator's own sender gets what it needs to send, and its id is what is reported", async () => {
  const got: CodeMessage[] = [];
  const port = await findFreePort();
  const server = createServer(async (incoming, outgoing) => {
    let text = "";
    for await (const chunk of incoming) text += chunk;
    got.push(JSON.parse(text));
    outgoing.end("0F00000000000001");
  }).listen(port, "127.0.0.1");
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      log: new Log(LogLevel.ERROR),
      handleStructuredLogs: () => {},
      workers: [
        {
          ...toWorkerSettings({
            config: "wrangler.toml",
            entry: "test/e2e/contract/own-sender-worker.ts",
            bindings: {
              ...twoFactorBindingsFor(vonage.url),
              SMS_FROM: "",
              OWN_SENDER: `http://127.0.0.1:${port}/`,
            },
          }),
          name: "worker",
        },
      ],
    }),
  );
  running.push(miniflare);
  await miniflare.ready;
  const { origin } = await miniflare.unsafeGetDirectURL("worker");
  const client = createTwoFactorClient({ endpoint: origin, key: PROXY_KEY.key });
  const { id } = await client.start({ to: "+447400123456", channel: "sms", locale: "fr", clientRef: "r1" });
  expect(got).toEqual([
    {
      to: "447400123456",
      country: "GB",
      code: expect.stringMatching(/^\d{6}$/),
      brand: "Acme",
      locale: "fr",
      clientRef: "r1",
      lifetime: 300,
    },
  ]);
  await expect(client.check(id, got[0]?.code ?? "")).resolves.toEqual({ verified: true });
  await eventually(() => expect(reportsOf(vonage.sandbox, "0F00000000000001")).toEqual([true]));
  server.close();
});

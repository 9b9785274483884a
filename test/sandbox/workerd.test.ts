// That what Vonage does later is done on workerd too, where a request's timers end with it unless it says otherwise.

import { once } from "node:events";
import { createServer, request } from "node:http";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type RunningWorker, startOnWorkerd } from "../../adapters/playground/workerd.ts";
import { SANDBOX_ACCOUNTS, SANDBOX_CREDENTIALS, type SandboxExchange } from "../../src/sandbox/index.ts";
import { verifySignature } from "../../src/wire/signature.ts";
import { findFreePort } from "../support/free-port.ts";

const { apiKey, apiSecret } = SANDBOX_CREDENTIALS.twoFactor;
const HANDSET = "447700900001";
const received: { readonly at: number; readonly path: string; readonly parameters: URLSearchParams }[] = [];
const receiver = createServer(async (incoming, outgoing) => {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const parameters = new URLSearchParams(Buffer.concat(chunks).toString());
  received.push({ at: Date.now(), path: incoming.url ?? "", parameters });
  outgoing.writeHead(204).end();
});
let worker: RunningWorker;
let ownOrigin: string;

const post = async (path: string, body: object) => {
  const init = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
  const response = await fetch(worker.url + path, init);
  return { status: response.status, body: await response.json() };
};
const send = (text: string) =>
  fetch(`${worker.url}/sms/json`, {
    method: "POST",
    body: new URLSearchParams({
      api_key: apiKey,
      api_secret: apiSecret,
      from: "447700900999",
      to: HANDSET,
      text,
    }),
  });

beforeAll(async () => {
  const port = await findFreePort();
  receiver.listen(port, "127.0.0.1");
  await once(receiver, "listening");
  ownOrigin = `http://127.0.0.1:${port}`;
  worker = await startOnWorkerd({
    config: "adapters/playground/wrangler.toml",
    bindings: { WEBHOOK_BASE_URL: ownOrigin, WEBHOOK_SIGN: "sha256" },
  });
});
afterAll(async () => {
  await worker?.stop();
  receiver.close();
});

it("a text arrives late, and its receipt a second after, long after the answer, signed", async () => {
  await post("/sandbox/carrier", { deliveryDelay: 300, receiptDelay: 1000 });
  const sent = Date.now();
  const answer = await send("4711 is your code.");
  expect(answer.status).toBe(200);
  const { messages } = (await answer.json()) as { messages: { "message-id": string }[] };
  expect(await (await fetch(`${worker.url}/sandbox/handset?number=${HANDSET}`)).json()).toMatchObject({
    messages: [],
  });
  await expect.poll(() => received.length, { timeout: 5000 }).toBe(1);
  const [{ at, path, parameters } = { at: 0, path: "", parameters: new URLSearchParams() }] = received;
  expect(at - sent).toBeGreaterThanOrEqual(1250);
  expect(path).toBe("/webhooks/delivery-receipt");
  expect(parameters.get("messageId")).toBe(messages[0]?.["message-id"]);
  expect(parameters.get("status")).toBe("delivered");
  const secret = SANDBOX_ACCOUNTS.find((one) => one.apiKey === apiKey)?.signatureSecret ?? "";
  expect(await verifySignature(new Map(parameters), secret, ["sha256"])).toBe(true);
});

it("a reply to it is sent, and stands in the log", async () => {
  const reply = await post("/sandbox/handset/reply", { number: HANDSET, text: "4711" });
  expect(reply).toEqual({ status: 200, body: { ok: true } });
  expect(received.at(-1)?.path).toBe("/webhooks/inbound-sms");
  expect(received.at(-1)?.parameters.get("text")).toBe("4711");
  const log = (await (await fetch(`${worker.url}/sandbox/exchanges?after=1`)).json()) as {
    exchanges: SandboxExchange[];
  };
  expect(log.exchanges.map(({ from, path, status }) => [from, path, status])).toEqual([
    ["vonage", "/webhooks/delivery-receipt", 204],
    ["vonage", "/webhooks/inbound-sms", 204],
  ]);
});

it.each(["evil.example", "evil.example:8788", "localhost.evil.example", "127.0.0.1.nip.io", "localhost."])(
  "a page that has its own name lead here (%s) gets nothing and does nothing",
  async (host) => {
    for (const [method, path] of [
      ["GET", "/"],
      ["GET", "/sandbox/handset?number=447700900001"],
      ["GET", "/app/state"],
      ["POST", "/sandbox/faults"],
      ["POST", "/sms/json"],
    ] as const) {
      const { status, body } = await asHost(host, method, path);
      expect([method, path, status]).toEqual([method, path, 421]);
      expect(JSON.parse(body).error).toMatch(/PLAYGROUND_HOSTS/);
      expect(body).not.toContain("evil");
    }
    expect(await (await fetch(`${worker.url}/sandbox/faults`)).json()).toEqual({ faults: [] });
  },
);

it.each(["localhost", "127.0.0.1", "[::1]", "LocalHost"])(
  "it answers to %s, whatever the port",
  async (name) => {
    for (const host of [name, `${name}:8788`])
      expect((await asHost(host, "GET", "/sandbox/")).status).toBe(200);
  },
);

it("another name that is set is its own too", async () => {
  const named = await startOnWorkerd({
    config: "adapters/playground/wrangler.toml",
    bindings: { PLAYGROUND_HOSTS: "sandbox, Vonage.test" },
  });
  for (const host of ["sandbox:8788", "vonage.test", "localhost"]) {
    expect((await asHost(host, "GET", "/sandbox/", named.url)).status).toBe(200);
  }
  expect((await asHost("sandbox.evil.example", "GET", "/sandbox/", named.url)).status).toBe(421);
  await named.stop();
});

it("a callback of a caller's choice makes it call no other host; the configured Worker is called", async () => {
  const hits: string[] = [];
  const port = await findFreePort();
  const other = createServer((incoming, outgoing) => {
    hits.push(incoming.url ?? "");
    outgoing.end();
  });
  other.listen(port, "127.0.0.1");
  await once(other, "listening");
  await post("/sandbox/carrier", { deliveryDelay: 0, receiptDelay: 0 });
  const before = received.length;
  const sendTo = (callback: string) =>
    fetch(`${worker.url}/sms/json`, {
      method: "POST",
      body: new URLSearchParams({
        ...{
          api_key: apiKey,
          api_secret: apiSecret,
          from: "447700900999",
          to: HANDSET,
          text: "Hello.",
          callback,
        },
      }),
    });
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]) {
    expect((await sendTo(`http://${host}/secret`)).status).toBe(200);
  }
  await sendTo(`${ownOrigin}/mine`);
  await expect.poll(() => received.length, { timeout: 5000 }).toBe(before + 1);
  expect(received.at(-1)?.path).toBe("/mine");
  expect(hits).toEqual([]);
  const { exchanges } = (await (await fetch(`${worker.url}/sandbox/exchanges`)).json()) as {
    exchanges: SandboxExchange[];
  };
  const refused = exchanges.filter(({ path }) => path === "/secret");
  expect(refused).toHaveLength(3);
  for (const one of refused)
    expect(one).toMatchObject({ from: "vonage", status: 0, note: expect.stringMatching(/^not sent/) });

  const set = await post("/sandbox/webhooks", { deliveryReceipt: `http://127.0.0.1:${port}/secret` });
  expect(set.status).toBe(400);
  expect(set.body).toMatchObject({
    error: expect.stringMatching(/origin of deliveryReceipt must be one of/),
  });
  other.close();
});

/** As a browser does it that was told another name for this address. */
function asHost(host: string, method: string, path: string, url = worker.url) {
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const headers = { host, ...(method === "POST" && { "content-type": "application/json" }) };
    const outgoing = request({ hostname, port, method, path, headers }, async (incoming) => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
    });
    outgoing.on("error", reject).end(method === "POST" ? '{"status":503}' : undefined);
  });
}

// That what Vonage does later is done on workerd too, where a request's timers end with it unless it says otherwise.

import { once } from "node:events";
import { createServer } from "node:http";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type RunningWorker, startOnWorkerd } from "../adapters/sandbox/workerd.ts";
import { SANDBOX_ACCOUNTS, SANDBOX_CREDENTIALS, type SandboxExchange } from "../src/sandbox/index.ts";
import { verifySignature } from "../src/signature.ts";
import { findFreePort } from "./support/free-port.ts";

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
  worker = await startOnWorkerd({
    config: "adapters/sandbox/wrangler.toml",
    bindings: { WEBHOOK_BASE_URL: `http://127.0.0.1:${port}`, WEBHOOK_SIGN: "sha256" },
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

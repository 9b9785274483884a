// The demonstration's routes, and the page's log while it runs. In the Worker's place, texts and reports go straight to
// the sandbox.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createApplication } from "../../../../adapters/playground/application.ts";
import { createDemo, type LiveState } from "../../../../adapters/playground/demo.ts";
import {
  createDemonstration,
  type Demonstration,
} from "../../../../adapters/playground/demonstration/demonstration.ts";
import { createDemonstrationRoutes } from "../../../../adapters/playground/demonstration/routes.ts";
import { CARRIERS, CROWDS, ROUTER } from "../../../../adapters/playground/demonstration/world.ts";
import { createConversionClient } from "../../../../src/index.ts";
import { createSandbox, SANDBOX_CREDENTIALS, type Sandbox } from "../../../../src/sandbox/index.ts";
import type { TwoFactorClient } from "../../../../src/two-factor/index.ts";

const HERE = "http://localhost:8788";
/** The demonstration is so many times as fast; its carriers are not. */
const SPEED = 20;
const CONSOLE = "http://127.0.0.1:8787/console/";
const VISITOR = "447400123456";
const { apiKey, apiSecret } = SANDBOX_CREDENTIALS.twoFactor;

let sandbox: Sandbox;
let demonstration: Demonstration;
let demo: (request: Request) => Promise<Response>;
let runs: Promise<unknown>[];

beforeEach(() => {
  sandbox = createSandbox({ carriers: CARRIERS, router: ROUTER });
  runs = [];
  const client = createConversionClient({ credentials: { apiKey, apiSecret }, fetch: sandbox.fetch });
  const began = performance.now();
  demonstration = createDemonstration({
    twoFactor: {
      start: async ({ to }: { to: string }) => ({ id: await send(to.slice(1)) }),
      check: async (id: string) => {
        await client.sms({ messageId: id, delivered: true });
        return { verified: true };
      },
      // No phone is called here.
      resend: async () => {},
    } as unknown as TwoFactorClient,
    answerCalls: () => [],
    readTexts: (number) =>
      sandbox
        .handset(number)
        .inbox()
        .map(({ text }) => text),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds / SPEED)),
    now: () => (performance.now() - began) * SPEED,
  });
  const application = createApplication({ endpoint: HERE, key: "k".repeat(32), cooldown: 10 });
  const routes = createDemonstrationRoutes(sandbox, demonstration, (run) => runs.push(run), CONSOLE);
  demo = createDemo(sandbox, application, { demonstration: routes });
});
afterEach(async () => {
  demonstration.stop();
  await Promise.all(runs);
});

async function send(to: string): Promise<string> {
  const body = new URLSearchParams({
    ...{ api_key: apiKey, api_secret: apiSecret },
    ...{ from: "Acme", to, text: "123456 is your code." },
  });
  const response = await sandbox.fetch("https://rest.nexmo.com/sms/json", { method: "POST", body });
  const { messages } = (await response.json()) as { messages: { "message-id": string }[] };
  return messages[0]?.["message-id"] ?? "";
}
const post = async (path: string, body: object, headers: Readonly<Record<string, string>> = {}) => {
  const init = {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  };
  const response = await demo(new Request(HERE + path, init));
  return { status: response.status, answer: await response.json() };
};
const get = async <T>(path: string) => (await (await demo(new Request(HERE + path))).json()) as T;

describe("the demonstration's routes", () => {
  it("start a run with its carriers, show it beside the router, and stop it", async () => {
    const started = await post("/app/demonstration/start", { seed: 3, perSecond: 10, lasts: 900 });
    expect(started).toMatchObject({ status: 200, answer: { isRunning: true } });
    const networks = new Set(CARRIERS.map(({ network }) => network));
    expect(started.answer.routes).toHaveLength(networks.size);
    await expect
      .poll(async () => (await get<{ started: number }>("/app/demonstration")).started)
      .toBeGreaterThan(20);
    expect(await post("/app/demonstration/stop", {})).toMatchObject({ answer: { isRunning: false } });
    await Promise.all(runs);
    const { started: sent } = demonstration.status();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(demonstration.status().started).toBe(sent);
  });

  it("refuse what makes no sense, and pages of other origins", async () => {
    for (const [run, fault] of [
      [{ perSecond: 21 }, "perSecond must be a whole number from 1 to 20"],
      [{ lasts: 901 }, "lasts must be a whole number from 1 to 900"],
      [{ seed: "x" }, "seed must be a whole number"],
      [{ speed: 1 }, "speed is not known here"],
    ] as const) {
      const { status, answer } = await post("/app/demonstration/start", run);
      expect([status, answer.detail]).toEqual([400, expect.stringContaining(fault)]);
    }
    const foreign = await post("/app/demonstration/start", {}, { origin: "http://evil.example" });
    expect(foreign.status).toBe(403);
    expect(demonstration.status()).toMatchObject({ isRunning: false, started: 0 });
  });

  it("end the run when everything is reset", async () => {
    await post("/app/demonstration/start", {});
    await post("/sandbox/reset", {});
    expect(demonstration.status().isRunning).toBe(false);
  });
});

it("the page's log leaves out the demonstration's exchanges, has all of the visitor's, and after a reset none about messages from before", async () => {
  const look = (after: number) => get<LiveState>(`/app/state?number=%2B${VISITOR}&vonage=${after}`);
  await post("/app/demonstration/start", { perSecond: 20, lasts: 20 });
  await look(0);
  const id = await send(VISITOR);
  const client = createConversionClient({ credentials: { apiKey, apiSecret }, fetch: sandbox.fetch });
  await look(0);
  await client.sms({ messageId: id, delivered: true });
  await Promise.all(runs);
  expect(sandbox.reports().length).toBeGreaterThan(20);
  const { vonage, demonstration: shown } = await look(0);
  expect(shown).toMatchObject({ isRunning: false, failed: 0, console: CONSOLE });
  expect(vonage.map(({ path }) => path)).toEqual(["/sms/json", "/conversions/sms"]);
  expect((await look(vonage.at(-1)?.seq ?? 0)).vonage).toEqual([]);
  await post("/sandbox/reset", {});
  for (const messageId of [id, "by-curl"]) await client.sms({ messageId, delivered: true });
  const afterwards = (await look(0)).vonage.map(({ parameters }) => parameters["message-id"]);
  expect(afterwards).toEqual(["by-curl"]);
  expect(CROWDS.filter(({ prefix }) => VISITOR.startsWith(prefix))).toEqual([]);
});

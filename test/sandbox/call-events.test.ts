import { SignJWT } from "jose/jwt/sign";
import { importPKCS8 } from "jose/key/import";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  type CarrierSettings,
  createSandbox,
  SANDBOX_ACCOUNTS,
  SANDBOX_APPLICATION,
  type SandboxOptions,
} from "../../src/sandbox/index.ts";
import { verifyVoiceEvent } from "../../src/webhooks/index.ts";

const NOW = Date.UTC(2026, 5, 1, 12);
const HANDSET = "447700900001";
const EVENTS = "https://worker.example/webhooks/voice-event";
const secret =
  SANDBOX_ACCOUNTS.find(({ apiKey }) => apiKey === SANDBOX_APPLICATION.apiKey)?.signatureSecret ?? "";

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, toFake: ["setTimeout", "clearTimeout", "Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A sandbox that sends its events to a receiver which answers at once. */
function create(
  carrier: CarrierSettings = {},
  options: SandboxOptions = { webhooks: { voiceEvent: EVENTS } },
) {
  const statuses: string[] = [];
  const requests: Request[] = [];
  const fetch = async (input: RequestInfo | URL, init?: RequestInit) => {
    requests.push(new Request(input, init));
    const { status } = JSON.parse(typeof init?.body === "string" ? init.body : "{}");
    if (status !== undefined) statuses.push(status);
    return new Response(null, { status: 200 });
  };
  const sandbox = createSandbox({ fetch, ...options });
  sandbox.carrier(carrier);
  return { sandbox, statuses, requests };
}

async function call(sandbox: ReturnType<typeof createSandbox>, more: object = {}): Promise<string> {
  const seconds = Math.floor(Date.now() / 1000);
  const token = await new SignJWT({
    application_id: SANDBOX_APPLICATION.applicationId,
    iat: seconds,
    exp: seconds + 300,
    jti: crypto.randomUUID(),
  })
    .setProtectedHeader({ alg: "RS256" })
    .sign(await importPKCS8(SANDBOX_APPLICATION.privateKey, "RS256"));
  const response = await sandbox.fetch("https://api.nexmo.com/v1/calls", {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({
      to: [{ type: "phone", number: HANDSET }],
      from: { type: "phone", number: "447700900999" },
      ncco: [{ action: "talk", text: "Your code is 4, 7, 1, 1." }],
      ...more,
    }),
  });
  return ((await response.json()) as { uuid: string }).uuid;
}

/** Lets everything end that has begun, with time running as fast as it can. */
async function settle(sandbox: ReturnType<typeof createSandbox>): Promise<void> {
  let idle = false;
  sandbox.idle().then(() => {
    idle = true;
  });
  while (!idle) {
    await vi.runAllTimersAsync();
    await new Promise(setImmediate);
  }
}

describe("the events of a call", () => {
  it("tell that it started, rang, was answered and completed, with its price and network at the end", async () => {
    const { sandbox, statuses, requests } = create();
    const uuid = await call(sandbox);
    await vi.waitFor(() => expect(statuses).toEqual(["started", "ringing"]));
    sandbox.handset(HANDSET).answer(uuid);
    await settle(sandbox);
    expect(statuses).toEqual(["started", "ringing", "answered", "completed"]);
    for (const request of requests) await verifyVoiceEvent(request.clone(), secret, Date.now());
    expect(await requests.at(-1)?.json()).toMatchObject({
      uuid,
      status: "completed",
      direction: "outbound",
      to: HANDSET,
      from: "447700900999",
      network: "23410",
      price: "0.03330000",
      timestamp: expect.stringMatching(/^2026-06-01T12:/),
    });
  });

  it("tell that the call was not answered, after it rang for as long as the request wanted", async () => {
    const { sandbox, statuses } = create();
    await call(sandbox, { ringing_timer: 20 });
    await vi.waitFor(() => expect(statuses).toEqual(["started", "ringing"]));
    // No request waits while a phone rings.
    await sandbox.idle();
    await vi.advanceTimersByTimeAsync(20_000);
    await settle(sandbox);
    expect(statuses).toEqual(["started", "ringing", "unanswered"]);
    expect(Date.now() - NOW).toBeGreaterThanOrEqual(20_000);
    expect(Date.now() - NOW).toBeLessThan(30_000);
  });

  it("tell that it failed, if the carrier lost it", async () => {
    const { sandbox, statuses } = create({ delivers: false });
    await call(sandbox);
    await settle(sandbox);
    expect(statuses).toEqual(["started", "failed"]);
  });

  it.each(["busy", "rejected", "unanswered"] as const)(
    "tell that it was %s, if the carrier says so",
    async (callStatus) => {
      const { sandbox, statuses } = create({ delivers: false, callStatus });
      await call(sandbox);
      await settle(sandbox);
      expect(statuses).toEqual(["started", callStatus]);
    },
  );

  it("claim an answer that never was, if the carrier lies", async () => {
    const { sandbox, statuses } = create({ delivers: false, receipts: "delivered" });
    await call(sandbox);
    await settle(sandbox);
    expect(statuses).toEqual(["started", "answered", "completed"]);
    expect(sandbox.handset(HANDSET).calls()).toEqual([]);
  });

  it("are not sent by a carrier without receipts, nor without an address", async () => {
    for (const { sandbox, statuses } of [create({ receipts: "missing" }), create({}, {})]) {
      const uuid = await call(sandbox);
      await vi.waitFor(() => expect(sandbox.handset(HANDSET).calls()).toHaveLength(1));
      sandbox.handset(HANDSET).answer(uuid);
      await settle(sandbox);
      expect(statuses).toEqual([]);
    }
  });

  it("go to the address of the call itself, by GET if it says so", async () => {
    const { sandbox, statuses, requests } = create({}, {});
    const uuid = await call(sandbox, { event_url: [`${EVENTS}?tenant=7`], event_method: "GET" });
    await vi.waitFor(() => expect(requests).toHaveLength(2));
    expect(requests.map(({ method }) => method)).toEqual(["GET", "GET"]);
    expect(new URL(requests[0]?.url ?? "").searchParams.get("uuid")).toBe(uuid);
    for (const request of requests) await verifyVoiceEvent(request, secret, Date.now());
    expect(statuses).toEqual([]);
  });

  it("may not go to origins that are not allowed", () => {
    expect(() =>
      createSandbox({ webhooks: { voiceEvent: EVENTS }, webhookOrigins: ["https://other.example"] }),
    ).toThrow(/the origin of voiceEvent must be one of webhookOrigins/);
  });
});

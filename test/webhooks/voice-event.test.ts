import { createHash } from "node:crypto";
import { SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { readVoiceEvent, verifyVoiceEvent } from "../../src/webhooks/index.ts";
import { webhookErrorOf } from "../support/webhook-error.ts";

const URL_OF_EVENTS = "https://hooks.example/webhooks/voice-event";
const SECRET = "a signature secret";
const NOW = Date.UTC(2026, 10, 25, 12);
const UUID = "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab";

const wire = {
  headers: {},
  end_time: "2026-11-25T11:59:58.000Z",
  uuid: UUID,
  network: "23410",
  duration: "2",
  start_time: "2026-11-25T11:59:56.000Z",
  rate: "0.00450000",
  price: "0.00015000",
  from: "447700900001",
  to: "447700900000",
  conversation_uuid: "CON-aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab",
  status: "completed",
  direction: "outbound",
  timestamp: "2026-11-25T11:59:58.500Z",
};

interface Changes {
  readonly secret?: string;
  readonly signed?: string;
  readonly claims?: Record<string, unknown>;
  readonly algorithm?: string;
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

function sign(
  payload: string,
  { secret = SECRET, signed = payload, claims, algorithm = "HS256" }: Changes = {},
) {
  const all = {
    iss: "Vonage",
    iat: NOW / 1000,
    jti: "c5ba8f24-1a14-4c10-bfdf-3fbe8ce511b5",
    api_key: "abcd1234",
    payload_hash: sha256(signed),
    ...claims,
  };
  return new SignJWT(JSON.parse(JSON.stringify(all)))
    .setProtectedHeader({ alg: algorithm, typ: "JWT" })
    .sign(new TextEncoder().encode(secret));
}

async function post(fields: object, changes: Changes = {}) {
  const body = JSON.stringify(fields);
  const authorization = `Bearer ${await sign(body, changes)}`;
  return new Request(URL_OF_EVENTS, { method: "POST", body, headers: { authorization } });
}

const unsigned = (body: BodyInit) => new Request(URL_OF_EVENTS, { method: "POST", body });

describe("an event of a call", () => {
  it("is read with all fields that the product uses", async () => {
    expect(await readVoiceEvent(unsigned(JSON.stringify(wire)))).toEqual({
      uuid: UUID,
      status: "completed",
      to: "447700900000",
      networkCode: "23410",
      price: "0.00015000",
      occurredAt: Date.UTC(2026, 10, 25, 11, 59, 58, 500),
    });
  });

  it("is read from the query of a GET", async () => {
    const request = new Request(`${URL_OF_EVENTS}?uuid=${UUID}&status=answered&to=447700900000`);
    expect(await readVoiceEvent(request)).toEqual({ uuid: UUID, status: "answered", to: "447700900000" });
  });

  it("is read without malformed optional fields", async () => {
    const fields = {
      uuid: UUID,
      status: "busy",
      to: "Alice",
      network: null,
      price: "free",
      timestamp: "now",
    };
    expect(await readVoiceEvent(unsigned(JSON.stringify(fields)))).toEqual({ uuid: UUID, status: "busy" });
  });

  it("without a status, such as a transfer, is invalid, and the error names the missing field", async () => {
    const transfer = {
      conversation_uuid_from: "CON-1",
      conversation_uuid_to: "CON-2",
      type: "transfer",
      uuid: UUID,
    };
    const error = await webhookErrorOf(() => readVoiceEvent(unsigned(JSON.stringify(transfer))));
    expect(error.code).toBe("invalid");
    expect(error.message).toContain("status");
    expect(error.message).not.toContain(UUID);
  });

  it.each(["[]", "null", "{", "\ufffd", "1"])("with the body %j is malformed", async (body) => {
    expect((await webhookErrorOf(() => readVoiceEvent(unsigned(body)))).code).toBe("malformed");
  });

  it("without a body is invalid", async () => {
    expect((await webhookErrorOf(() => readVoiceEvent(unsigned("")))).code).toBe("invalid");
  });

  it("with a truncated body is malformed", async () => {
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error("broken")) });
    const request = new Request(URL_OF_EVENTS, { method: "POST", body, duplex: "half" } as RequestInit);
    expect((await webhookErrorOf(() => readVoiceEvent(request))).code).toBe("malformed");
  });

  it("of more than 8 KiB is too large", async () => {
    const body = JSON.stringify({ ...wire, more: "x".repeat(9000) });
    expect((await webhookErrorOf(() => readVoiceEvent(unsigned(body)))).code).toBe("too_large");
  });
});

describe("a signed event of a call", () => {
  const codeOf = async (request: Request | Promise<Request>) =>
    (await webhookErrorOf(async () => verifyVoiceEvent(await request, SECRET, NOW))).code;

  it("verifies, with the nonce and the time of its JWT", async () => {
    const { event, nonce, timestamp } = await verifyVoiceEvent(await post(wire), SECRET, NOW);
    expect(event.status).toBe("completed");
    expect(nonce).toBe("c5ba8f24-1a14-4c10-bfdf-3fbe8ce511b5");
    expect(timestamp).toBe(NOW / 1000);
  });

  it("verifies as a GET, whose query is signed as JSON", async () => {
    const fields = { uuid: UUID, status: "ringing" };
    const authorization = `Bearer ${await sign(JSON.stringify(fields))}`;
    const request = new Request(`${URL_OF_EVENTS}?${new URLSearchParams(fields)}`, {
      headers: { authorization },
    });
    expect((await verifyVoiceEvent(request, SECRET, NOW)).event.status).toBe("ringing");
  });

  it.each([
    ["no JWT", undefined],
    ["another scheme", "Basic YTpi"],
    ["no JWT after Bearer", "Bearer abc"],
  ])("with %s is unsigned", async (_, authorization) => {
    const headers = authorization === undefined ? {} : { authorization };
    expect(
      await codeOf(new Request(URL_OF_EVENTS, { method: "POST", body: JSON.stringify(wire), headers })),
    ).toBe("unsigned");
  });

  it.each<[string, Changes]>([
    ["another secret", { secret: "another secret" }],
    ["another payload", { signed: "{}" }],
    ["another algorithm", { algorithm: "HS512" }],
    ["no hash of the payload", { claims: { payload_hash: undefined } }],
    ["no jti", { claims: { jti: undefined } }],
    ["no iat", { claims: { iat: undefined } }],
  ])("with %s is forged", async (_, changes) => {
    expect(await codeOf(post(wire, changes))).toBe("forged");
  });

  it("with a JWT that needs no signature is forged", async () => {
    const body = JSON.stringify(wire);
    const [, claims = ""] = (await sign(body)).split(".");
    const header = btoa(JSON.stringify({ alg: "none" })).replace(/=+$/, "");
    const authorization = `Bearer ${header}.${claims}.x`;
    expect(
      await codeOf(new Request(URL_OF_EVENTS, { method: "POST", body, headers: { authorization } })),
    ).toBe("forged");
  });

  it.each([-301, 301])("signed %d seconds from now is stale", async (seconds) => {
    expect(await codeOf(post(wire, { claims: { iat: NOW / 1000 + seconds } }))).toBe("stale");
  });

  it("that is signed but invalid fails with its faults", async () => {
    expect(await codeOf(post({ status: "answered" }))).toBe("invalid");
  });
});

// Reports and tracked messages, with and without a ledger.

import { describe, expect, it } from "vitest";
import { mintReportToken } from "../../../src/token/index.ts";
import { signParameters } from "../../../src/wire/signature.ts";
import { PROXY_KEY, TOKEN_SECRET } from "../../support/local-stack.ts";
import { BY_ALERTS, basic } from "./ledger-worker.ts";
import type { createCaller } from "./openapi-caller.ts";
import { BY_SHOP } from "./openapi-requests.ts";
import type { Workers } from "./openapi-workers.ts";

const AS_JSON = { ...BY_SHOP, accept: "application/json" };
const CHANNELS = ["sms", "voice"] as const;

export function testReports({ call }: ReturnType<typeof createCaller>, workersOf: () => Workers): void {
  describe.each(CHANNELS)("a report of %s", (channel) => {
    const operation = `POST /conversions/${channel}`;
    const form = (name: string, delivered: boolean) => ({ "message-id": `${channel}-${name}`, delivered });
    const token = (name: string, traffic: "2fa" | "other" = "2fa") =>
      mintReportToken({ messageId: `${channel}-${name}`, channel, traffic }, { secret: TOKEN_SECRET });

    it("is taken by query, form and JSON, with each kind of credentials", async () => {
      const { whole } = workersOf();
      const { name: api_key, key: api_secret } = PROXY_KEY;
      const account = { authorization: basic(api_key, api_secret).authorization };
      const timestamp = "2026-11-20 12:00:00";
      const toSign = { ...form("signed", true), api_key, timestamp };
      const entries = Object.entries(toSign).map(([name, value]): [string, string] => [name, String(value)]);
      const sig = await signParameters(entries, api_secret, "sha256");
      const calls = [
        { headers: AS_JSON, query: { ...form("query", true), timestamp } },
        { headers: account, form: form("form", true) },
        { headers: account, json: { ...form("json", false), timestamp: 1_795_000_000 } },
        { query: { ...form("keys", true), api_key, api_secret } },
        { json: { ...form("keys-in-json", true), api_key, api_secret } },
        { query: { ...toSign, sig } },
        { form: { ...toSign, "message-id": `${channel}-signed`, sig } },
        { form: { ...form("token", true), token: await token("token") } },
        { headers: { authorization: `Bearer ${await token("bearer")}` }, form: form("bearer", true) },
      ];
      for (const one of calls) await call(whole, operation, one, "200");
    });

    it("is a duplicate, or a conflict, once it is recorded", async () => {
      const { whole } = workersOf();
      await call(whole, operation, { headers: AS_JSON, form: form("twice", true) }, "200");
      const again = await call(whole, operation, { headers: AS_JSON, form: form("twice", true) }, "200");
      expect(again.body).toEqual({ status: "duplicate" });
      await call(whole, operation, { headers: AS_JSON, form: form("twice", false) }, "409 conflict");
    });

    it("is refused with a token for another message", async () => {
      const one = { form: { ...form("mine", true), token: await token("yours") } };
      await call(workersOf().whole, operation, one, "403 wrong-message");
    });

    it("is not taken by a key or token of the other traffic once it is of one", async () => {
      const { whole } = workersOf();
      const message = { messageId: `${channel}-theirs`, channel };
      await call(whole, "POST /messages", { headers: BY_SHOP, form: message }, "201");
      const byToken = { form: { ...form("theirs", true), token: await token("theirs", "other") } };
      const { body } = await call(whole, operation, byToken, "403 wrong-traffic");
      expect(body.detail).toMatch(/other kind of traffic/);
      const byKey = { headers: BY_ALERTS, form: message };
      await call(whole, "POST /messages", byKey, "403 wrong-traffic");
    });

    it("is accepted where Vonage is out of order, and refused where Vonage refuses it", async () => {
      const { whole, vonage } = workersOf();
      vonage.fail({ status: 422 });
      await call(whole, operation, { headers: BY_SHOP, form: form("bad", true) }, "422 upstream-rejected");
      vonage.fail({ status: 503 });
      await call(whole, operation, { headers: AS_JSON, form: form("late", true) }, "202");
    });

    it("of traffic without credentials names what is missing in words", async () => {
      const one = { form: { ...form("other", true), token: await token("other", "other") } };
      const { body } = await call(workersOf().strict, operation, one, "503 not-configured");
      expect(body.detail).toMatch(/"other" traffic/);
    });

    it.each([
      ["502 upstream-unauthorized", { status: 401 }],
      ["502 upstream-not-enabled", { status: 402 }],
      ["502 upstream-unavailable", { status: 503, times: 2 }],
      ["502 upstream-unexpected", { status: 302, location: "https://elsewhere.example/" }],
      ["503 upstream-throttled", { status: 429, times: 2, retryAfter: "7" }],
      ["504 upstream-timeout", { hang: true, times: 2 }],
      ["422 upstream-rejected", { status: 420 }],
    ])("gets, without a ledger, %s", async (outcome, fault) => {
      const { bare, vonageOfBare } = workersOf();
      vonageOfBare.fail(fault);
      await call(bare, operation, { headers: BY_SHOP, form: form("bare", true) }, outcome);
      await call(bare, operation, { headers: AS_JSON, form: form("bare", true) }, "200");
    });
  });

  it("a message that was sent is tracked, by query, form and JSON", async () => {
    const { whole } = workersOf();
    const message = { messageId: "tracked-1", channel: "voice", traffic: "2fa", expiresIn: 60 };
    for (const body of [{ query: message }, { form: message }, { json: message }]) {
      const { body: answer } = await call(whole, "POST /messages", { headers: BY_SHOP, ...body }, "201");
      expect(answer.token).toEqual(expect.any(String));
    }
    const { name: api_key, key: api_secret } = PROXY_KEY;
    await call(whole, "POST /messages", { json: { ...message, api_key, api_secret } }, "201");
  });

  it("a message is not tracked with a token, which is good for a report", async () => {
    const token = await mintReportToken({ messageId: "m", channel: "sms" }, { secret: TOKEN_SECRET });
    const one = { form: { messageId: "m", channel: "sms", token } };
    await call(workersOf().whole, "POST /messages", one, "401 unauthenticated");
  });
}

// The operator's routes, and Vonage's webhooks.

import { describe, expect, it } from "vitest";
import type { createCaller } from "./openapi-caller.ts";
import { BY_ADMIN, BY_SHOP, GOOD_REQUESTS, signed } from "./openapi-requests.ts";
import type { Workers } from "./openapi-workers.ts";

const FIND = "GET /reports/{channel}/{messageId}";
const RETRY = "POST /reports/{channel}/{messageId}/retry";

export function testOperation({ call }: ReturnType<typeof createCaller>, workersOf: () => Workers): void {
  const report = (messageId: string, expected: string) => {
    const form = { "message-id": messageId, delivered: true };
    return call(workersOf().whole, "POST /conversions/sms", { headers: BY_SHOP, form }, expected);
  };

  describe("the operator", () => {
    it("gets the health of the Worker, and of each key", async () => {
      const { whole, bare, strict } = workersOf();
      for (const url of [whole, strict, bare]) {
        await call(url, "GET /health", {}, "200");
        await call(url, "POST /doctor", { headers: BY_ADMIN }, "200");
      }
    });

    it("has what is stored of a number erased, in every spelling of the body", async () => {
      const { whole } = workersOf();
      const headers = { ...BY_SHOP, "idempotency-key": crypto.randomUUID() };
      const start = { headers, json: { to: "+447400155501", channel: "sms" } };
      const { body: started } = await call(whole, "POST /2fa", start, "201");
      const erase = async (body: object) =>
        (await call(whole, "POST /erase", { headers: BY_ADMIN, ...body }, "200")).body;
      expect(await erase({ form: { to: "447400155501" } })).toEqual({
        challenges: 1,
        answers: 1,
        counters: 1,
        unreadable: 0,
      });
      expect(await erase({ json: { to: "+447400155501" } })).toEqual({
        challenges: 0,
        answers: 0,
        counters: 0,
        unreadable: 0,
      });
      const look = { headers: BY_SHOP, path: { id: String(started.id) } };
      await call(whole, "GET /2fa/{id}", look, "404 not-found");
    });

    it("sends a dead report again, and no other", async () => {
      const { whole, vonage } = workersOf();
      const retry = (messageId: string, expected: string) =>
        call(whole, RETRY, { headers: BY_ADMIN, path: { channel: "sms", messageId } }, expected);
      vonage.fail({ status: 422 });
      await report("dies", "422 upstream-rejected");
      const find = (messageId: string, expected: string) =>
        call(whole, FIND, { headers: BY_ADMIN, path: { channel: "sms", messageId } }, expected);
      const { body } = await find("dies", "200");
      expect(body).toMatchObject({ messageId: "dies", state: "dead", vonageStatus: 422 });
      const life = Date.parse(String(body.nextAt)) - Date.parse(String(body.diedAt));
      expect(life).toBe(30 * 24 * 3_600_000);
      await find("nobody-knows", "404 not-found");
      await retry("dies", "202");
      await report("lives", "200");
      await retry("lives", "409 nothing-to-retry");
      await retry("nobody-knows", "404 not-found");
    });

    it("pages through the reports of a state", async () => {
      const { whole } = workersOf();
      for (const id of ["page-1", "page-2", "page-3"]) await report(id, "200");
      const page = (query: Record<string, string>) =>
        call(
          whole,
          "GET /reports",
          { headers: BY_ADMIN, query: { state: "recorded", limit: 1, ...query } },
          "200",
        );
      const { cursor } = (await page({})).body;
      expect(cursor).toEqual(expect.any(String));
      await page({ cursor: String(cursor), limit: "500" });
      for (const state of ["tracking", "sending", "queued", "dead", "unreadable"]) await page({ state });
    });

    it("sees what routes deliver: as JSON with every parameter, as CSV, and for Prometheus in both formats", async () => {
      const { whole } = workersOf();
      const to = Math.floor(Date.now() / 3_600_000) * 3600;
      const from = new Date((to - 86_400) * 1000).toISOString();
      const query = {
        from,
        to,
        by: "traffic,channel,country,network",
        traffic: "2fa",
        channel: "sms",
        country: "GB",
        network: "23410",
        series: "1",
      };
      const ask = (operation: string, more: object) =>
        call(whole, operation, { headers: BY_ADMIN, ...more }, "200");
      const { body } = await ask("GET /insight", { query });
      expect(body).toMatchObject({ from, step: 3600, groups: [], folded: 0 });
      const csv = await ask("GET /insight", { headers: { ...BY_ADMIN, accept: "text/csv" } });
      // A row for each group of what earlier tests have sent.
      expect(csv.text).toMatch(
        /^country,network,channel,sent,[^\n]*\r\n(?:[A-Z]{2},\d*,(?:sms|voice),[^\n]*\r\n)*$/,
      );
      await ask("GET /insight/alarms", { query: { state: "all", since: "2026-11-24" } });
      for (const [accept, type] of [
        ["application/openmetrics-text; version=1.0.0", "application/openmetrics-text"],
        ["text/plain;version=0.0.4;q=0.5,*/*;q=0.1", "text/plain"],
      ] as const) {
        const { headers } = await ask("GET /metrics", { headers: { ...BY_ADMIN, accept } });
        expect(headers.get("content-type")).toContain(type);
      }
    });

    it("gets the reason why a key is held back", async () => {
      const { whole, vonage } = workersOf();
      vonage.fail({ status: 402, times: 2 });
      const query = { "message-id": "held-back", delivered: 1 };
      await call(
        whole,
        "POST /conversions/voice",
        { headers: { ...BY_SHOP, accept: "application/json" }, query },
        "202",
      );
      const { body } = await call(whole, "GET /stats", { headers: BY_ADMIN }, "200");
      expect(body.gates).toEqual([expect.objectContaining({ cause: "not_enabled" })]);
      await call(whole, "GET /reports", { headers: BY_ADMIN, query: { state: "queued" } }, "200");
      await call(whole, "POST /doctor", { headers: BY_ADMIN }, "200");
    });
  });

  describe("Vonage", () => {
    it.each(Object.keys(GOOD_REQUESTS).filter((one) => one.includes("/webhooks/")))(
      "gets an empty 200 for %s, signed or without any parameter",
      async (operation) => {
        const { whole } = workersOf();
        await call(whole, operation, (await GOOD_REQUESTS[operation]?.()) ?? {}, "200");
        await call(whole, operation, {}, "200");
      },
    );

    it("gets an empty 200 by form and by JSON, with unknown parameters too", async () => {
      const parameters = {
        messageId: "0A0000000123ABCD1",
        msisdn: "447400123456",
        status: "DELIVERED",
        added: "1",
      };
      for (const body of [{ form: await signed(parameters) }, { json: await signed(parameters) }]) {
        await call(workersOf().whole, "POST /webhooks/delivery-receipt", body, "200");
      }
    });
  });
}

// The Insight object on workerd: gathering, questions, alarms and their webhook, and a process that is killed.

import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Alarm, InsightAnswer } from "../../../src/insight/answer.ts";
import { toCohort } from "../../../src/insight/cohort.ts";
import { GB, type InsightStack, startInsightStack, WEBHOOK_SECRET } from "./insight-stack.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Alarms of the platform ring in their own time. */
const until = <T>(look: () => Promise<T>) => vi.waitUntil(look, { timeout: 10_000, interval: 50 });

let stack: InsightStack;
beforeAll(async () => {
  stack = await startInsightStack();
});
afterAll(() => stack?.stop());

const ask = async (query = ""): Promise<InsightAnswer> =>
  (await stack.get(`/insight${query}`)).json() as Promise<InsightAnswer>;

describe("what a source counts", () => {
  it("is counted once, however often it is sent, and survives a kill", async () => {
    const cohort = toCohort(stack.now());
    const entries = [{ seq: 1, cohort, segment: "other/sms/DE/26201", counts: { sent: 5, converted: 4 } }];
    const call = { source: "ledger-7", upTo: 1, entries };
    expect(await stack.gather(call)).toEqual({ status: 200, body: { upTo: 1 } });
    await stack.gather(call);
    await stack.worker.restart();
    await stack.gather(call);
    const { total } = await ask("?country=DE");
    expect(total).toMatchObject({ sent: 5, converted: 4, pending: 1 });
  });

  it("is refused in whole where the call cannot be right, with a sentence", async () => {
    const { status, body } = await stack.gather({ source: "nobody", upTo: 1, entries: [] });
    expect([status, body.refusal]).toEqual([400, expect.stringMatching(/ledger-N or challenges-N/)]);
  });
});

describe("GET /insight", () => {
  it("gives groups by the dimensions that are asked for, and their series", async () => {
    const answer = await ask("?country=DE&by=country,traffic&series=1");
    expect(answer.groups).toMatchObject([
      { segment: { country: "DE", traffic: "other" }, metrics: { sent: 5 }, series: [{ sent: 5 }] },
    ]);
    expect(answer.step).toBe(3600);
  });

  it("gives the same groups as CSV", async () => {
    const response = await stack.get("/insight?country=DE", { accept: "text/csv" });
    const [names = "", line = "", ...more] = (await response.text()).split("\r\n");
    expect([names.split(",").slice(0, 4), line.split(",").slice(0, 4), more]).toEqual([
      ["country", "network", "channel", "sent"],
      ["DE", "26201", "sms", "5"],
      [""],
    ]);
  });

  it.each([
    ["?by=planet", { by: /some of traffic,channel,country,network/ }],
    ["?by=country,country", { by: /each once/ }],
    ["?by=", { by: /some of/ }],
    [
      "?country=gb&network=O2&channel=fax&traffic=all",
      { country: /ISO 3166/, network: /MCCMNC/, channel: /sms, voice/, traffic: /2fa, other/ },
    ],
    ["?from=yesterday&to=2026-11-24T12:00:00", { from: /ISO 8601/, to: /ISO 8601/ }],
    ["?from=2026-13-45", { from: /ISO 8601/ }],
    ["?from=2026-11-24&to=2026-11-23", { to: /later than from/ }],
    ["?from=2026-11-24&to=2026-11-24", { to: /later than from/ }],
    ["?from=1&to=2026-11-24", { from: /two years/ }],
    ["?series=yes", { series: /0, 1/ }],
    ["?planet=mars&from=x", { planet: /not known/, from: /ISO 8601/ }],
    ["?from=1764000000&from=1764000001", { from: /./ }],
  ])("%s is refused, and every fault is named", async (query, faults) => {
    const response = await stack.get(`/insight${query}`);
    expect(response.status).toBe(400);
    const { type, errors } = (await response.json()) as {
      type: string;
      errors: { parameter: string; detail: string }[];
    };
    expect(type).toBe("urn:problem:vonage-conversion:invalid-parameters");
    expect(errors.map(({ parameter }) => parameter).sort()).toEqual(Object.keys(faults).sort());
    for (const { parameter, detail } of errors) {
      expect(detail).toMatch(faults[parameter as keyof typeof faults] ?? "");
    }
  });

  it.each(["/insight", "/insight/alarms", "/metrics"])("%s needs the admin key", async (path) => {
    const response = await fetch(stack.worker.url + path);
    expect(response.status).toBe(401);
  });

  it.each(["?state=closed", "?since=now", "?by=country"])("alarms%s is refused", async (query) => {
    expect((await stack.get(`/insight/alarms${query}`)).status).toBe(400);
  });
});

describe("an alarm", () => {
  it("is raised by traffic, reaches the webhook signed, the log, the list and the metrics, and ends", async () => {
    await stack.turnToFullHour();
    // Four days as usual.
    for (let part = 0; part < 16; part++) {
      await stack.count(GB, {
        sent: 100,
        converted: 90,
        notConverted: 10,
        "receipt.delivered.converted": 90,
      });
      for (const by of [10 * MINUTE_MS, 5 * HOUR_MS + 50 * MINUTE_MS]) await stack.turn(by);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    stack.answer(503);
    for (let part = 0; part < 6; part++) {
      await stack.count(GB, { sent: 200, notConverted: 200, "receipt.delivered.notConverted": 200 });
      await stack.turn(10 * MINUTE_MS);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const alarms = async (state: string) =>
      ((await (await stack.get(`/insight/alarms?state=${state}`)).json()) as { alarms: Alarm[] }).alarms;
    const open = await until(async () => (await alarms("open")).find(({ severity }) => severity !== "info"));
    if (open === undefined) throw new Error("there is no alarm");
    expect(open).toMatchObject({ cause: "pumping", endedAt: null, segment: { country: "GB" } });
    expect(await (await stack.get("/metrics")).text()).toContain(`alarm="${open.id}"`);
    expect((await ask("?country=GB")).groups[0]?.alarms).toContain(open.id);
    // The first attempt failed; the next one comes by itself.
    await until(async () => stack.webhooks.length > 0);
    stack.answer(200);
    const failed = stack.webhooks.length;
    await stack.turn(HOUR_MS);
    await until(async () => stack.webhooks.length > failed);
    const received = stack.webhooks.find(({ body }) => body.includes(open.id));
    const { type, data } = verify(received?.body ?? "", { ...received?.headers }) as {
      type: string;
      data: Alarm;
    };
    expect([type, data.id, received?.path]).toEqual(["insight.alarm.raised", open.id, "/alarms"]);
    // It may have had another cause before.
    const lines = stack.worker.errors
      .filter((line) => line.includes('"event":"alarm"') && line.includes(open.id))
      .map((line) => JSON.parse(line.slice(line.indexOf("{"))));
    expect(lines.at(-1)).toMatchObject({ level: "error", cause: open.cause, nextStep: open.nextStep });
    // Days later.
    await until(async () => {
      await stack.count(GB, {
        sent: 100,
        converted: 90,
        notConverted: 10,
        "receipt.delivered.converted": 90,
      });
      await stack.turn(HOUR_MS);
      return (await alarms("all")).find(({ id, endedAt }) => id === open.id && endedAt !== null);
    });
    await stack.turn(HOUR_MS);
    await until(async () => stack.webhooks.some(({ body }) => body.includes("insight.alarm.ended")));
  }, 60_000);
});

/** The library compares the timestamp with the real clock, so that of the turned one must be taken along. */
function verify(body: string, headers: Record<string, string>): unknown {
  const realNow = Date.now;
  Date.now = () => Number(headers["webhook-timestamp"]) * 1000;
  try {
    return new Webhook(WEBHOOK_SECRET).verify(body, headers);
  } finally {
    Date.now = realNow;
  }
}

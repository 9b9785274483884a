// The stage of `npm start` without a browser: the switches on the server, and the story's sentences.

import { beforeEach, describe, expect, it } from "vitest";
import { createApplication } from "../../../adapters/playground/application.ts";
import { createDemo, type LiveState } from "../../../adapters/playground/demo.ts";
import { CARRIERS, ROUTER } from "../../../adapters/playground/demonstration/world.ts";
import { follow, type Message } from "../../../adapters/playground/page/followed-message.ts";
import { tell } from "../../../adapters/playground/page/story.ts";
import { tellTraffic } from "../../../adapters/playground/page/traffic-scene.ts";
import { createSandbox, SANDBOX_CREDENTIALS, type Sandbox } from "../../../src/sandbox/index.ts";

const HERE = "http://localhost:8788";
const VISITOR = "447400123456";
const MINUTE_MS = 60_000;
const { apiKey, apiSecret } = SANDBOX_CREDENTIALS.twoFactor;

let now: number;
let sandbox: Sandbox;
let demo: (request: Request) => Promise<Response>;
beforeEach(() => {
  now = Date.parse("2026-11-24T12:00:00Z");
  sandbox = createSandbox({
    carriers: CARRIERS.map((one) => ({ ...one, deliveryDelay: 0, receiptDelay: 0 })),
    router: ROUTER,
    now: () => now,
  });
  const application = createApplication({
    endpoint: "http://127.0.0.1:8787",
    key: "proxy-key-of-the-application-0123456789",
    cooldown: 5,
    fetch: () => Promise.reject(new TypeError("there is no Worker")),
  });
  demo = createDemo(sandbox, application, { now: () => now });
});

const post = (path: string, body: object) =>
  demo(
    new Request(HERE + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  );
const look = async (query = ""): Promise<LiveState> =>
  (await demo(new Request(`${HERE}/app/state?number=%2B${VISITOR}${query}`))).json();
const callVonage = (path: string, fields: Record<string, string>) =>
  demo(
    new Request(HERE + path, {
      method: "POST",
      body: new URLSearchParams({ api_key: apiKey, api_secret: apiSecret, ...fields }),
    }),
  );
async function sendText(to = VISITOR): Promise<string> {
  const answer = await callVonage("/sms/json", { from: "447700900000", to, text: "123456 is your code." });
  const { messages } = (await answer.json()) as { messages: { "message-id": string }[] };
  return messages[0]?.["message-id"] ?? "";
}
const report = (messageId: string, delivered = true) =>
  callVonage("/conversions/sms", { "message-id": messageId, delivered: String(delivered) });

describe("the switch for reports", () => {
  it("lets reports through at once, unless told otherwise", async () => {
    await report("M1");
    expect(sandbox.reports().length).toBe(1);
    expect((await look()).held).toEqual({ count: 0, nextIn: null, dropped: 0 });
  });

  it("accepts a report that goes late, and sends it 10 minutes later at the router's speed", async () => {
    await post("/app/switches", { reports: "late" });
    expect((await report("M1")).status).toBe(200);
    now += (10 * MINUTE_MS) / ROUTER.timeScale - 1;
    expect((await look()).held).toEqual({ count: 1, nextIn: 1, dropped: 0 });
    expect(sandbox.reports()).toEqual([]);
    now++;
    await look();
    expect(sandbox.reports()).toMatchObject([{ messageId: "M1", delivered: true }]);
  });

  it("sends the reports of an hour together", async () => {
    await post("/app/switches", { reports: "batched" });
    const hour = (60 * MINUTE_MS) / ROUTER.timeScale;
    now = Math.ceil(now / hour) * hour + 1;
    await report("M1");
    now += hour - 2;
    await report("M2", false);
    expect(sandbox.reports()).toEqual([]);
    now++;
    await look();
    expect(sandbox.reports().map(({ messageId }) => messageId)).toEqual(["M1", "M2"]);
  });

  it("drops reports that are not to go, and held ones too", async () => {
    await post("/app/switches", { reports: "late" });
    await report("M1");
    await post("/app/switches", { reports: "never" });
    expect((await report("M2")).status).toBe(200);
    expect((await look()).held).toEqual({ count: 0, nextIn: null, dropped: 2 });
    await post("/app/switches", { reports: "at-once" });
    expect(sandbox.reports()).toEqual([]);
  });

  it("lets a fault strike at once, so that the Worker sees it", async () => {
    await post("/app/switches", { reports: "late" });
    sandbox.fail({ status: 503 });
    expect((await report("M1")).status).toBe(503);
    expect((await report("M1")).status).toBe(200);
    expect((await look()).held.count).toBe(1);
  });

  it("makes the router forget, so that each pace begins with equal shares", async () => {
    const shares = async () => (await look()).route?.carriers.map(({ share }) => share);
    const third = [1 / 3, 1 / 3, 1 / 3];
    expect(await shares()).toEqual(third);
    const id = await sendText();
    await report(id);
    now += 10_000;
    expect(await shares()).toContain(0.9);
    await post("/app/switches", { reports: "at-once" });
    expect(await shares()).toContain(0.9);
    await post("/app/switches", { reports: "never" });
    expect(await shares()).toEqual(third);
  });

  it("refuses what it does not know", async () => {
    for (const body of [{ reports: "sometimes" }, { carriers: "honest" }, { speed: 2 }]) {
      expect((await post("/app/switches", body)).status).toBe(400);
    }
  });
});

describe("the state for the stage", () => {
  it("has the carriers of the page's network, with shares and truth", async () => {
    const { route } = await look();
    expect(route?.carriers.map(({ name, truth }) => [name, truth.delivered, truth.receipts])).toEqual([
      ["Direct", 0.97, "missing"],
      ["Partner", 0.6, "honest"],
      ["Grey", 0.3, "delivered"],
    ]);
    expect(route?.reviewIn).toBe(10_000);
  });

  it("shows the carriers of the number's network, or none where there is no choice", async () => {
    const of = async (number: string) =>
      (
        (await (await demo(new Request(`${HERE}/app/state?number=%2B${number}`))).json()) as LiveState
      ).route?.carriers.map(({ name }) => name);
    expect(await of("4915111234567")).toEqual(["Direct", "Hub"]);
    expect(await of("353861234567")).toBeUndefined();
    expect(await of("")).toEqual(["Direct", "Partner", "Grey"]);
  });

  it("keeps the many users' exchanges apart, and the dots know their carriers", async () => {
    const [own, other, elsewhere] = [
      await sendText(),
      await sendText("447404000001"),
      await sendText("447401000001"),
    ];
    await report(own);
    await report(other, false);
    await report(elsewhere);
    await sandbox.idle();
    const { vonage, traffic, seen } = await look("&vonage=0");
    expect(
      vonage.map(({ path, messageIds, parameters }) => [path, messageIds?.[0] ?? parameters["message-id"]]),
    ).toEqual([
      ["/sms/json", own],
      ["/conversions/sms", own],
    ]);
    expect(traffic).toMatchObject([{ carrier: expect.any(String) }, { delivered: false }]);
    expect(seen).toBe(6);
    expect((await look("&vonage=6")).vonage).toEqual([]);
  });

  it("shows no report about a message from before a new start", async () => {
    const before = await sendText();
    await look();
    await post("/sandbox/reset", {});
    await report(before, false);
    const after = await sendText();
    await report(after);
    expect((await look()).vonage.map(({ parameters }) => parameters["message-id"])).toEqual([
      undefined,
      after,
    ]);
  });

  it("the first two texts of the page arrive, and a carrier claims that it delivered the third", async () => {
    const carriers = [];
    for (let texts = 0; texts < 3; texts++) {
      await sendText();
      carriers.push(sandbox.exchanges().findLast(({ path }) => path === "/sms/json")?.carrier);
    }
    await sandbox.idle();
    expect(sandbox.handset(VISITOR).inbox().length).toBe(2);
    expect(carriers).toEqual(["Direct", "Partner", "Grey"]);
  });
});

describe("the story", () => {
  const MESSAGE: Message = { ids: ["0A1"], isCall: false, carrier: "Grey", sentAt: 1000 };
  const ARRIVED = { number: VISITOR, calls: [], messages: [{ messageIds: ["0A1"] }] };
  const facts = (more: object = {}) =>
    ({
      challenge: { state: "pending" },
      handset: { number: VISITOR, messages: [], calls: [] },
      switches: { carriers: "as-shown", reports: "at-once" },
      held: { count: 0, nextIn: null, dropped: 0 },
      ...more,
    }) as unknown as LiveState;

  it.each([
    ["nothing was sent", undefined, {}, 1000, "Will the code arrive?"],
    ["a text is under way", MESSAGE, {}, 2000, "A text is on its way over Grey."],
    ["it has arrived", MESSAGE, { handset: ARRIVED }, 2000, "The text has arrived."],
    ["it is late", MESSAGE, {}, 6000, "The text has not arrived, and the carrier says nothing."],
    [
      "a receipt says failed",
      { ...MESSAGE, receipt: "failed" },
      {},
      2000,
      "The text got lost, and Grey says so.",
    ],
    [
      "a receipt lies",
      { ...MESSAGE, receipt: "delivered" },
      {},
      2000,
      "The carrier claims delivered. Nobody received it.",
    ],
    [
      "the code is right",
      MESSAGE,
      { challenge: { state: "verified" }, handset: ARRIVED },
      2000,
      "The code is right, so the message arrived.",
    ],
    [
      "the report is held",
      MESSAGE,
      {
        challenge: { state: "verified" },
        switches: { reports: "late" },
        held: { count: 1, nextIn: 5000, dropped: 0 },
      },
      2000,
      "Vonage does not know yet.",
    ],
    [
      "the report never goes",
      MESSAGE,
      { challenge: { state: "verified" }, switches: { reports: "never" } },
      2000,
      "Vonage never learns what happened.",
    ],
    ["true is recorded", { ...MESSAGE, recorded: true }, {}, 2000, "Vonage now knows: delivered."],
    ["false is recorded", { ...MESSAGE, recorded: false }, {}, 2000, "Vonage now knows: not delivered."],
  ])("has a sentence when %s", (_, message, more, at, title) => {
    expect(tell(message, facts(more), at).title).toBe(title);
  });

  it("follows the last message of the visitor, and ignores reports about others", () => {
    const at = "2026-11-24T12:00:00.000Z";
    const base = { seq: 1, at, from: "client", method: "POST", status: 200 } as const;
    const text = {
      ...base,
      path: "/sms/json",
      parameters: { to: VISITOR },
      messageIds: ["0A1"],
      carrier: "Grey",
    };
    const to = (path: string, parameters: Record<string, string>, status = 200) => ({
      ...base,
      path,
      parameters,
      status,
    });
    const sent = follow(undefined, text);
    expect(sent).toMatchObject({ ids: ["0A1"], carrier: "Grey", isCall: false });
    const claimed = follow(sent, to("/webhooks/delivery-receipt", { messageId: "0A1", status: "delivered" }));
    expect(claimed?.receipt).toBe("delivered");
    const report = { "message-id": "0A1", delivered: "false" };
    expect(follow(claimed, to("/conversions/sms", report, 503))?.recorded).toBeUndefined();
    expect(follow(claimed, to("/conversions/sms", { ...report, "message-id": "0A2" }))).toBe(claimed);
    expect(follow(claimed, to("/conversions/sms", report))?.recorded).toBe(false);
  });

  it("turns to the many users once the visitor's own story is over", async () => {
    const { route } = await look();
    if (route === null) throw new Error("There are no carriers.");
    const running = (preferred: string | null, reports = "at-once") => ({
      challenge: null,
      demonstration: { isRunning: true } as LiveState["demonstration"],
      switches: { carriers: "as-shown", reports } as LiveState["switches"],
      route: {
        ...route,
        preferred,
        carriers: route.carriers.map((one) => ({ ...one, share: one.name === preferred ? 0.9 : 0.05 })),
      },
    });
    const title = (preferred: string | null, reports?: string) =>
      tellTraffic(undefined, running(preferred, reports), now)?.title;
    expect(title(null)).toBe("Many users sign in. Which carrier delivers?");
    expect(title("Grey", "never")).toBe("Grey gets 90 % of the texts, and loses 70 % of them.");
    expect(title("Direct")).toBe("Direct delivers, and gets 90 % of the texts.");
    expect(tellTraffic({ ...MESSAGE, sentAt: now - 1000 }, running("Direct"), now)).toBeUndefined();
    expect(tellTraffic(undefined, { ...running("Direct"), demonstration: null }, now)).toBeUndefined();
  });
});

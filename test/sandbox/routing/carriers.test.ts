import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createConversionClient } from "../../../src/index.ts";
import {
  createSandbox,
  SANDBOX_APPLICATION,
  SANDBOX_CREDENTIALS,
  type Sandbox,
  type SandboxCarrier,
  type SandboxOptions,
} from "../../../src/sandbox/index.ts";
import { createVoiceSender } from "../../../src/two-factor/index.ts";
import { conversionErrorOf } from "../../support/conversion-error.ts";
import { createRecordingFetch } from "../../support/recording-fetch.ts";

const NOW = Date.UTC(2026, 5, 1, 12);
const MINUTE = 60_000;
const { apiKey, apiSecret } = SANDBOX_CREDENTIALS.twoFactor;
const GB = "447400123456";
const DIRECT: SandboxCarrier = { name: "Direct", network: "23410", delivered: 0.97, price: "0.04000000" };
const CHEAP: SandboxCarrier = {
  ...{ name: "Cheap", network: "23410", delivered: 0.4, receipts: "delivered", price: "0.01000000" },
};

let now = NOW;
beforeEach(() => {
  now = NOW;
});
afterEach(() => {
  vi.useRealTimers();
});

const create = (options: SandboxOptions = {}) => createSandbox({ now: () => now, ...options });
const send = async (sandbox: Sandbox, to = GB, more: Readonly<Record<string, string>> = {}) => {
  const body = { api_key: apiKey, api_secret: apiSecret, from: "Acme", to, text: "4711", ...more };
  const init = { method: "POST", body: new URLSearchParams(body) };
  const response = await sandbox.fetch("https://rest.nexmo.com/sms/json", init);
  const { messages } = (await response.json()) as { messages: Readonly<Record<string, string>>[] };
  const [message = {}] = messages;
  return { id: message["message-id"] ?? "", network: message.network, price: message["message-price"] };
};
const hasArrived = (sandbox: Sandbox, id: string, to = GB) =>
  sandbox
    .handset(to)
    .inbox()
    .some(({ messageIds }) => messageIds.includes(id));
const carriersOf = (sandbox: Sandbox) => sandbox.routing().routes.flatMap(({ carriers }) => carriers);

const reporter = (sandbox: Sandbox) =>
  createConversionClient({ credentials: SANDBOX_CREDENTIALS.twoFactor, fetch: sandbox.fetch });

/** Lets users sign in, one every few seconds. Those whose code arrived convert; the others are reported as failed. */
async function signIn(sandbox: Sandbox, times: number, reports: "both" | "none" = "both") {
  const client = reporter(sandbox);
  for (let sent = 0; sent < times; sent++) {
    const { id } = await send(sandbox);
    now += 4000;
    if (reports === "both")
      await client.sms({ messageId: id, delivered: hasArrived(sandbox, id), timestamp: new Date(now) });
  }
}

describe("a message to a network with carriers", () => {
  it("has its carrier's network and price in answer and receipt", async () => {
    const { fetch, sent } = createRecordingFetch();
    const sandbox = create({
      carriers: [DIRECT],
      webhooks: { deliveryReceipt: "https://a.example/dlr" },
      fetch,
    });
    const { id, network, price } = await send(sandbox);
    expect([network, price]).toEqual(["23410", "0.04000000"]);
    await sandbox.idle();
    const receipt = Object.fromEntries(new URLSearchParams(sent[0]?.body));
    expect(receipt).toMatchObject({ "network-code": "23410", price: "0.04000000", messageId: id });
  });

  it.each([
    ["GB, first network", "447400123456", "23410"],
    ["GB, second network", "447401123456", "23415"],
    ["Germany", "4915112345678", "26202"],
    ["United States", "12015550123", "310260"],
    ["Canada, which shares +1", "14165550123", "302220"],
    ["Pakistan", "923001234567", "41003"],
    ["India, six digits", "919800123456", "405857"],
  ])("belongs to the network of its number: %s", async (_, number, network) => {
    const sandbox = create();
    expect((await send(sandbox, number)).network).toBe(network);
    sandbox.carriers([{ name: "One", network, price: "0.07000000" }]);
    expect(await send(sandbox, number)).toMatchObject({ network, price: "0.07000000" });
    expect(carriersOf(sandbox)[0]?.truth.sent).toBe(1);
  });

  it("is treated as `carrier` says where its network has no carriers", async () => {
    const sandbox = create({ carriers: [DIRECT] });
    sandbox.carrier({ networkCode: "26201", price: "0.09000000" });
    expect(await send(sandbox, "447401123456")).toMatchObject({ network: "26201", price: "0.09000000" });
    expect(await send(sandbox, "35312345678")).toMatchObject({ network: "26201" });
    expect(carriersOf(sandbox)[0]?.truth.sent).toBe(0);
  });

  it("arrives in the share that is the carrier's truth", async () => {
    const sandbox = create({ carriers: [{ ...CHEAP, delivered: 0.4 }] });
    const ids = [];
    for (let sent = 0; sent < 400; sent++) ids.push((await send(sandbox)).id);
    const arrived = ids.filter((id) => hasArrived(sandbox, id)).length;
    expect(arrived).toBeGreaterThan(130);
    expect(arrived).toBeLessThan(190);
    expect(carriersOf(sandbox)[0]?.truth).toMatchObject({ sent: 400, arrived });
  });

  it("fares the same for the same seed", async () => {
    const run = async (seed: number) => {
      const sandbox = create({ carriers: [DIRECT, CHEAP], router: { seed } });
      const fates = [];
      for (let sent = 0; sent < 40; sent++) {
        const { id, price } = await send(sandbox);
        fates.push(`${price} ${hasArrived(sandbox, id)}`);
      }
      return fates;
    };
    expect(await run(5)).toEqual(await run(5));
    expect(await run(5)).not.toEqual(await run(6));
  });

  it.each([
    ["honest", "failed 1"],
    ["missing", undefined],
    ["delivered", "delivered 0"],
  ] as const)("is lost, and the %s receipt says what such receipts say", async (receipts, said) => {
    const { fetch, sent } = createRecordingFetch();
    const sandbox = create({
      carriers: [{ ...DIRECT, delivered: 0, receipts }],
      webhooks: { deliveryReceipt: "https://a.example/dlr" },
      fetch,
    });
    await send(sandbox);
    await sandbox.idle();
    const [receipt] = sent.map(({ body }) => new URLSearchParams(body));
    expect(receipt && `${receipt.get("status")} ${receipt.get("err-code")}`).toBe(said);
    expect(sandbox.handset(GB).inbox()).toEqual([]);
    const { known } = carriersOf(sandbox)[0] ?? {};
    expect([known?.receiptsDelivered, known?.receiptsFailed]).toEqual(
      { honest: [0, 1], missing: [0, 0], delivered: [1, 0] }[receipts],
    );
  });

  it("takes its time, and so does its receipt", async () => {
    vi.useFakeTimers({ now: NOW, toFake: ["setTimeout", "clearTimeout", "Date"] });
    const carrier = { ...DIRECT, delivered: 1, deliveryDelay: 2000, receiptDelay: 500 };
    const sandbox = createSandbox({ carriers: [carrier] });
    const { id } = await send(sandbox);
    const state = async (milliseconds: number) => {
      await vi.advanceTimersByTimeAsync(milliseconds);
      return [hasArrived(sandbox, id), carriersOf(sandbox)[0]?.known.receiptsDelivered];
    };
    expect(await state(1999)).toEqual([false, 0]);
    expect(await state(1)).toEqual([true, 0]);
    expect(await state(499)).toEqual([true, 0]);
    expect(await state(1)).toEqual([true, 1]);
  });

  it("expires if the carrier takes longer than its time to live", async () => {
    vi.useFakeTimers({ now: NOW, toFake: ["setTimeout", "clearTimeout", "Date"] });
    const sandbox = createSandbox({ carriers: [{ ...DIRECT, delivered: 1, deliveryDelay: 30_000 }] });
    const { id } = await send(sandbox, GB, { ttl: "20000" });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(hasArrived(sandbox, id)).toBe(false);
    expect(carriersOf(sandbox)[0]?.known).toMatchObject({ receiptsDelivered: 0, receiptsFailed: 1 });
  });

  it("arrives after delays whose median and 90th percentile are as set", async () => {
    vi.useFakeTimers({ now: NOW, toFake: ["setTimeout", "clearTimeout", "Date"] });
    const sandbox = createSandbox({
      carriers: [{ ...DIRECT, delivered: 1, deliveryDelay: { median: 4000, p90: 12_000 } }],
    });
    for (let sent = 0; sent < 500; sent++) await send(sandbox);
    await vi.runAllTimersAsync();
    const delays = sandbox
      .handset(GB)
      .inbox()
      .map(({ arrivedAt }) => Date.parse(arrivedAt) - NOW)
      .sort((one, other) => one - other);
    expect(delays).toHaveLength(500);
    expect(delays[250]).toBeGreaterThan(3300);
    expect(delays[250]).toBeLessThan(4800);
    expect(delays[450]).toBeGreaterThan(9500);
    expect(delays[450]).toBeLessThan(15_000);
  });

  it("is lost during an outage alone", async () => {
    const outages = [{ after: 10_000, lasts: 5000 }, { after: 60_000 }];
    const sandbox = create({ carriers: [{ ...DIRECT, delivered: 1, outages }] });
    const arrivesAfter = async (milliseconds: number) => {
      now = NOW + milliseconds;
      const { id } = await send(sandbox);
      return [hasArrived(sandbox, id), carriersOf(sandbox)[0]?.truth.isOut];
    };
    expect(await arrivesAfter(9999)).toEqual([true, false]);
    expect(await arrivesAfter(10_000)).toEqual([false, true]);
    expect(await arrivesAfter(14_999)).toEqual([false, true]);
    expect(await arrivesAfter(15_000)).toEqual([true, false]);
    expect(await arrivesAfter(60_000)).toEqual([false, true]);
    expect(await arrivesAfter(9_000_000)).toEqual([false, true]);
    expect(carriersOf(sandbox)[0]?.truth.delivered).toBe(0);
  });

  it("does not count where a fault kept it from being sent", async () => {
    const sandbox = create({ carriers: [DIRECT] });
    sandbox.fail({ path: "sms", smsStatus: "5" });
    await send(sandbox);
    expect(carriersOf(sandbox)[0]?.known.sent).toBe(0);
  });
});

describe("the sandbox's routing", () => {
  it("moves traffic to the carrier that delivers, although the other's receipts claim the same, if outcomes are reported", async () => {
    const sandbox = create({ carriers: [DIRECT, CHEAP] });
    expect(sandbox.routing()).toMatchObject({ reviewEvery: 5 * MINUTE, window: 15 * MINUTE });
    expect(sandbox.routing().routes[0]?.preferred).toBeNull();
    await signIn(sandbox, 160);
    const [route] = sandbox.routing().routes;
    expect(route).toMatchObject({ country: "GB", network: "23410", channel: "sms", preferred: "Direct" });
    expect(carriersOf(sandbox).map(({ name, share }) => [name, share])).toEqual([
      ["Direct", 0.9],
      ["Cheap", expect.closeTo(0.1)],
    ]);
    expect(sandbox.routing().reportsTooLate).toBe(0);
  });

  it("moves traffic to the carrier that lies, if nothing is reported", async () => {
    const sandbox = create({ carriers: [{ ...DIRECT, delivered: 0.9 }, CHEAP] });
    await signIn(sandbox, 160, "none");
    await sandbox.idle();
    await signIn(sandbox, 160, "none");
    expect(sandbox.routing().routes[0]?.preferred).toBe("Cheap");
  });

  it("follows when the truths are swapped while it runs", async () => {
    const sandbox = create({ carriers: [DIRECT, CHEAP] });
    await signIn(sandbox, 160);
    sandbox.carriers([
      { ...CHEAP, delivered: 0.97 },
      { ...DIRECT, delivered: 0.2 },
    ]);
    expect(sandbox.routing().routes[0]?.preferred).toBe("Direct");
    await signIn(sandbox, 320);
    expect(sandbox.routing().routes[0]?.preferred).toBe("Cheap");
  });

  it("reviews faster when its time is scaled", async () => {
    const sandbox = create({ carriers: [DIRECT, CHEAP], router: { timeScale: 60 } });
    expect(sandbox.routing()).toMatchObject({ reviewEvery: 5000, window: 15_000 });
    for (let round = 0; round < 6; round++) {
      const ids = await Promise.all(Array.from({ length: 20 }, () => send(sandbox)));
      const client = reporter(sandbox);
      for (const { id } of ids)
        await client.sms({ messageId: id, delivered: hasArrived(sandbox, id), timestamp: new Date(now) });
      now += 5000;
    }
    expect(sandbox.routing().routes[0]?.preferred).toBe("Direct");
  });

  it("says how many reports came too late to move traffic", async () => {
    const sandbox = create({ carriers: [DIRECT] });
    const { id } = await send(sandbox);
    now += 15 * MINUTE;
    const client = reporter(sandbox);
    await client.sms({ messageId: id, delivered: true, timestamp: new Date(now) });
    expect(sandbox.routing().reportsTooLate).toBe(1);
    expect(carriersOf(sandbox)[0]?.known).toMatchObject({ sent: 0, converted: 0 });
  });

  it("routes calls apart from texts", async () => {
    const { privateKey, applicationId } = SANDBOX_APPLICATION;
    const carriers: SandboxCarrier[] = [
      { name: "Texts", network: "23410", channel: "sms" },
      { name: "Calls", network: "23410", channel: "voice", delivered: 0, receipts: "honest" },
    ];
    const sandbox = createSandbox({ carriers });
    const sender = createVoiceSender({
      applicationId,
      privateKey,
      from: "447700900001",
      fetch: sandbox.fetch,
    });
    const { messageIds } = await sender.send({
      ...{ to: GB, country: "GB", code: "4711", brand: "Acme" },
      ...{ locale: "en-GB", lifetime: 300, clientRef: "login-1" },
    });
    await sandbox.idle();
    const client = createConversionClient({
      credentials: SANDBOX_CREDENTIALS.twoFactor,
      fetch: sandbox.fetch,
    });
    await client.voice({ messageId: messageIds[0] ?? "", delivered: false });
    expect(sandbox.handset(GB).calls()).toEqual([]);
    expect(
      sandbox.routing().routes.map(({ channel, carriers }) => [channel, carriers.map(({ name }) => name)]),
    ).toEqual([
      ["sms", ["Texts"]],
      ["voice", ["Calls"]],
    ]);
    const [, calls] = carriersOf(sandbox);
    expect(calls?.known).toMatchObject({ sent: 1, notConverted: 1, receiptsFailed: 1 });
    expect(calls?.truth).toMatchObject({ sent: 1, arrived: 0 });
  });

  it("returns to the first carriers with a reset, and knows nothing", async () => {
    const sandbox = create({ carriers: [DIRECT, CHEAP], router: { timeScale: 2, seed: 9 } });
    await signIn(sandbox, 160);
    sandbox.carriers([DIRECT], { timeScale: 5 });
    sandbox.reset();
    expect(sandbox.routing()).toMatchObject({ reviewEvery: 150_000, routes: [{ preferred: null }] });
    expect(carriersOf(sandbox).map(({ name, share, truth }) => [name, share, truth.sent])).toEqual([
      ["Direct", 0.5, 0],
      ["Cheap", 0.5, 0],
    ]);
  });

  it("is set and shown over HTTP", async () => {
    const sandbox = create();
    const response = await sandbox.fetch("http://localhost/sandbox/carriers", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ carriers: [DIRECT, CHEAP], router: { timeScale: 60 } }),
    });
    expect(response.status).toBe(200);
    const shown = await sandbox.fetch("http://localhost/sandbox/routing");
    expect(await shown.json()).toEqual(JSON.parse(JSON.stringify(sandbox.routing())));
    expect(sandbox.routing()).toMatchObject({ reviewEvery: 5000, routes: [{ network: "23410" }] });
  });

  it.each<[string, object]>([
    ["0.network must be a network of the model: AU 50501", { ...DIRECT, network: "99999" }],
    ["0.name must be 1 to 40 characters", { ...DIRECT, name: "" }],
    ["0.delivered must be a share from 0 to 1", { ...DIRECT, delivered: 97 }],
    ["0.deliveryDelay must be a whole number of milliseconds", { ...DIRECT, deliveryDelay: -1 }],
    [
      "0.deliveryDelay must be a whole number of milliseconds",
      { ...DIRECT, deliveryDelay: { median: 9, p90: 8 } },
    ],
    ["0.receiptDelay must be a whole number of milliseconds", { ...DIRECT, receiptDelay: null }],
    ["0.receipts must be one of honest, missing, delivered", { ...DIRECT, receipts: "false" }],
    ["0.price must be an amount", { ...DIRECT, price: "free" }],
    ["0.channel must be one of sms, voice", { ...DIRECT, channel: "fax" }],
    ["0.outages.0.lasts must be a whole number", { ...DIRECT, outages: [{ after: 0, lasts: 0 }] }],
    ["0.speed is not known here", { ...DIRECT, speed: 1 }],
  ])("refuses invalid carriers and keeps the current ones: %s", async (message, carrier) => {
    const sandbox = create({ carriers: [CHEAP] });
    const error = await conversionErrorOf(() => sandbox.carriers([carrier as SandboxCarrier]));
    expect(error).toMatchObject({ code: "invalid_options", message: expect.stringContaining(message) });
    expect(carriersOf(sandbox).map(({ name }) => name)).toEqual(["Cheap"]);
    expect(await conversionErrorOf(() => create({ carriers: [carrier as SandboxCarrier] }))).toMatchObject({
      code: "invalid_options",
    });
  });

  it("refuses two carriers of one name for one network, and settings of the router that make no sense", async () => {
    const sandbox = create();
    for (const [carriers, router, message] of [
      [[DIRECT, DIRECT], undefined, "must not have two carriers of one name, network and channel"],
      ["Direct", undefined, "must be a list of carriers"],
      [[DIRECT], { timeScale: 0 }, "timeScale must be a number from 1 to 10000"],
      [[DIRECT], { seed: -1 }, "seed must be a whole number"],
    ] satisfies [unknown, object | undefined, string][]) {
      const list = carriers as unknown as SandboxCarrier[];
      const error = await conversionErrorOf(() => sandbox.carriers(list, router));
      expect(error).toMatchObject({ message: expect.stringContaining(message) });
    }
    expect(sandbox.routing().routes).toEqual([]);
  });
});

// POST /messages: a message is tracked when it is sent, and its sender gets the token for its user's page.

import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mintReportToken, verifyReportToken } from "../../../src/token/index.ts";
import { ADMIN_KEY, OTHER_PROXY_KEY, PROXY_KEY, TOKEN_SECRET } from "../../support/local-stack.ts";
import { type LedgerStack, startLedgerStack } from "./ledger-stack.ts";
import {
  type Answered,
  BY_ADMIN,
  BY_ALERTS,
  BY_SHOP,
  basic,
  bearer,
  callsOf,
  type LedgerWorker,
  type Parameters,
  problemOf,
  startLedgerWorker,
} from "./ledger-worker.ts";
import type { ScriptedVonage } from "./scripted-vonage.ts";

const NEWER = { kid: "k2", secret: "newer-token-secret-0123456789-0123456789" };
const FOR_THE_SHOP = { secret: NEWER, audience: "the-shop" };
const DAY_S = 86_400;

let stack: LedgerStack;
let vonage: ScriptedVonage;
let worker: LedgerWorker;
let calls: LedgerStack["calls"];
beforeAll(async () => {
  const secrets = [NEWER, TOKEN_SECRET].map(({ kid, secret }) => `${kid}:${secret}`).join(",");
  stack = await startLedgerStack({ TOKEN_SECRETS: secrets, TOKEN_AUDIENCE: "the-shop" });
  ({ vonage, worker, calls } = stack);
});
afterAll(() => stack.stop());

/** Reads a JWT without the code under test. */
function readToken(token: string) {
  const [head = "", payload = "", signature = ""] = token.split(".");
  const read = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString());
  return {
    header: read(head),
    claims: read(payload),
    isSignedBy: ({ secret }: { secret: string }) =>
      createHmac("sha256", secret).update(`${head}.${payload}`).digest("base64url") === signature,
  };
}

/** Expects a 201 whose expiry is so many seconds from now. */
function expectTracked({ status, headers, body }: Answered, expiresIn: number) {
  expect(status).toBe(201);
  expect(headers.get("content-type")).toBe("application/json");
  expect(Object.keys(body)).toEqual(["token", "expiresAt"]);
  expect(body.expiresAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  const seconds = (Date.parse(body.expiresAt) - Date.now()) / 1000;
  expect(seconds).toBeLessThanOrEqual(expiresIn);
  expect(seconds).toBeGreaterThan(expiresIn - 15);
}

describe("a message that is sent", () => {
  it.each<[string, object, Parameters, object, number]>([
    ["the least", { messageId: "m-1", channel: "sms" }, BY_SHOP, { traffic: "2fa" }, 300],
    ["a voice call", { messageId: "m-1", channel: "voice" }, BY_SHOP, { channel: "voice" }, 300],
    ["other traffic by its key", { messageId: "m-2", channel: "sms" }, BY_ALERTS, { traffic: "other" }, 300],
    [
      "other traffic, said as well",
      { messageId: "m-3", channel: "sms", traffic: "other" },
      BY_ALERTS,
      { traffic: "other" },
      300,
    ],
    ["the shortest wait", { messageId: "m-4", channel: "sms", expiresIn: 30 }, BY_SHOP, {}, 30],
    ["the longest wait", { messageId: "m-5", channel: "sms", expiresIn: DAY_S }, BY_SHOP, {}, DAY_S],
    ["an odd id", { messageId: "a b/ключ-🔑", channel: "sms" }, BY_SHOP, {}, 300],
    ["a key as Basic", { messageId: "m-6", channel: "sms" }, basic(PROXY_KEY.name, PROXY_KEY.key), {}, 300],
  ])("is tracked by form and by JSON: %s", async (_, message, key, expected, expiresIn) => {
    const form = Object.fromEntries(Object.entries(message).map(([name, value]) => [name, String(value)]));
    expectTracked(await calls.track(form, key), expiresIn);
    expectTracked(await calls.trackJson(message, key), expiresIn);
    const { messageId, channel } = message as { messageId: string; channel: string };
    const listed = (await calls.list("tracking"))
      .flat()
      .filter((one) => one.messageId === messageId && one.channel === channel);
    expect(listed).toMatchObject([{ delivered: null, occurredAt: null, attempts: 0, ...expected }]);
    expect(vonage.attempts(messageId)).toEqual([]);
  });

  it.each([
    [
      "in the query",
      () => calls.call("/messages?messageId=m-7&channel=sms", { method: "POST", headers: BY_SHOP }),
    ],
    [
      "with the key among its parameters",
      () => {
        const { name: api_key, key: api_secret } = PROXY_KEY;
        return calls.track({ messageId: "m-8", api_key, api_secret }, {});
      },
    ],
  ])("is tracked as well %s", async (_, call) => {
    expectTracked(await call(), 300);
  });

  it("expires at the time of its last tracking", async () => {
    expectTracked(await calls.track({ messageId: "m-9", expiresIn: "60" }), 60);
    const last = await calls.track({ messageId: "m-9", expiresIn: "600" });
    const listed = (await calls.list("tracking")).flat().filter(({ messageId }) => messageId === "m-9");
    expect(listed).toMatchObject([{ nextAt: last.body.expiresAt }]);
  });

  it("keeps its outcome if the user reported before the sender tracked", async () => {
    await calls.report("quick", true);
    expect((await calls.track({ messageId: "quick" })).status).toBe(201);
    expect((await calls.report("quick", true)).body).toEqual({ status: "duplicate" });
    expect(vonage.attempts("quick")).toHaveLength(1);
  });

  it("is logged by its outcome and its key, not by its id", async () => {
    const { headers } = await calls.track({ messageId: "m-1", channel: "voice" });
    const line = worker.logs.find((one) => one.includes(headers.get("x-request-id") ?? "?"));
    expect(JSON.parse(line ?? "{}")).toMatchObject({
      level: "info",
      method: "POST",
      route: "/messages",
      status: 201,
      outcome: "tracked",
      channel: "voice",
      traffic: "2fa",
      caller: "key:shop",
    });
    for (const one of worker.logs) expect(one).not.toContain("m-1");
  });
});

describe("the report token", () => {
  const tokenFor = async (parameters: Parameters, key = BY_SHOP): Promise<string> =>
    (await calls.track(parameters, key)).body.token;
  const reportWith = (token: string, id: string, channel = "sms") =>
    calls.call(`/conversions/${channel}`, {
      method: "POST",
      body: new URLSearchParams({ "message-id": id, delivered: "true", token }),
    });

  it("is signed with the first of TOKEN_SECRETS, and says which message", async () => {
    const token = await tokenFor({ messageId: "t-1", channel: "voice" }, BY_ALERTS);
    const { header, claims, isSignedBy } = readToken(token);
    expect(header).toEqual({ alg: "HS256", typ: "JWT", kid: NEWER.kid });
    expect([isSignedBy(NEWER), isSignedBy(TOKEN_SECRET)]).toEqual([true, false]);
    const { iat, exp, ...rest } = claims;
    expect(rest).toEqual({ sub: "t-1", channel: "voice", traffic: "other", aud: "the-shop" });
    expect(Math.abs(iat - Date.now() / 1000)).toBeLessThan(15);
    const verified = { messageId: "t-1", channel: "voice", traffic: "other", kid: NEWER.kid };
    const options = { secrets: [NEWER], audience: "the-shop" };
    expect(await verifyReportToken(token, options)).toMatchObject(verified);
  });

  it.each([
    ["30", 30 + 3600],
    ["900", 900 + 3600],
    ["82801", DAY_S],
    ["86400", DAY_S],
  ])("outlives an expiry after %s s by an hour, and a day at most", async (expiresIn, lifetime) => {
    const { iat, exp } = readToken(await tokenFor({ messageId: "t-2", expiresIn })).claims;
    expect(exp - iat).toBe(lifetime);
  });

  it("reports that message, by that channel, and nothing else", async () => {
    const token = await tokenFor({ messageId: "t-3" });
    for (const [id, channel] of [
      ["t-4", "sms"],
      ["t-3", "voice"],
    ] as const) {
      expect(problemOf(await reportWith(token, id, channel))).toBe("wrong-message");
    }
    expect((await reportWith(token, "t-3")).body).toEqual({ status: "recorded" });
    expect((await reportWith(token, "t-3")).body).toEqual({ status: "duplicate" });
    expect(vonage.reports("t-3")).toMatchObject([{ channel: "sms", delivered: true, apiKey: "2fa00001" }]);
    expect(vonage.attempts("t-4")).toEqual([]);
    expect((await calls.list("tracking")).flat().filter(({ messageId }) => messageId === "t-3")).toEqual([]);
  });

  it("uses the other credentials if the message is other traffic", async () => {
    const token = await tokenFor({ messageId: "t-5" }, BY_ALERTS);
    expect((await reportWith(token, "t-5")).status).toBe(200);
    expect(vonage.reports("t-5")).toMatchObject([{ apiKey: "07e40002" }]);
  });

  it("is not minted without TOKEN_SECRETS", async () => {
    const without = await startLedgerWorker(vonage.url, { TOKEN_SECRETS: "" });
    const { status, body } = await callsOf(without).track({ messageId: "t-6" });
    await without.stop();
    expect([status, Object.keys(body)]).toEqual([201, ["expiresAt"]]);
  });
});

describe("is refused", () => {
  const good = { messageId: "bad", channel: "sms" };
  const long = "x".repeat(129);
  it.each<[string, object, string[]]>([
    ...[29, 0, -30, 86_401, 1e10].map((expiresIn): [string, object, string[]] => [
      `expiresIn of ${expiresIn}`,
      { ...good, expiresIn },
      ["expiresIn"],
    ]),
    ...["29", "86401", "1.5", "x", "", " 60", "1e3", "0x40", "-60", "+60"].map(
      (expiresIn): [string, object, string[]] => [
        `expiresIn of "${expiresIn}"`,
        { ...good, expiresIn },
        ["expiresIn"],
      ],
    ),
    ["expiresIn that is no whole number in JSON", { ...good, expiresIn: 60.5 }, ["expiresIn"]],
    ["expiresIn that is nothing in JSON", { ...good, expiresIn: null }, ["expiresIn"]],
    ["expiresIn that is a list", { ...good, expiresIn: [60] }, ["expiresIn"]],
    ["no messageId", { channel: "sms" }, ["messageId"]],
    ["a blank messageId", { ...good, messageId: " " }, ["messageId"]],
    ["a messageId that is too long", { ...good, messageId: long }, ["messageId"]],
    ["a messageId with a line break", { ...good, messageId: "a\nb" }, ["messageId"]],
    ["a messageId that is no text", { ...good, messageId: 4711 }, ["messageId"]],
    ["the report's spelling of the id", { "message-id": "bad", channel: "sms" }, ["message-id", "messageId"]],
    ["no channel", { messageId: "bad" }, ["channel"]],
    ["an unknown channel", { ...good, channel: "fax" }, ["channel"]],
    ["unknown traffic", { ...good, traffic: "ads" }, ["traffic"]],
    ["the other key's traffic", { ...good, traffic: "other" }, ["traffic"]],
    ["a report", { ...good, delivered: "true" }, ["delivered"]],
    ["unknown fields, each", { ...good, recipient: "447700900000", ttl: "1" }, ["recipient", "ttl"]],
    [
      "unknown fields whose names are not to be shown",
      { ...good, "<b>": "1", "a name in many words": "1" },
      ["(unprintable)", "(unprintable)"],
    ],
    [
      "everything at once",
      { channel: "fax", expiresIn: "x", ttl: "1" },
      ["channel", "expiresIn", "messageId", "ttl"],
    ],
  ])("%s, by name, and is not tracked", async (_, message, names) => {
    const answered = await calls.trackJson(message);
    expect([answered.status, problemOf(answered)]).toEqual([400, "invalid-parameters"]);
    const told = answered.body.errors.map(({ parameter }: { parameter: string }) => parameter);
    expect(told.sort()).toEqual([...names].sort());
    expect(answered.text).not.toMatch(/447700900000|<b>|a name in many words/);
    if (Object.values(message).every((value) => typeof value === "string")) {
      const byForm = await calls.call("/messages", {
        method: "POST",
        headers: BY_SHOP,
        body: new URLSearchParams(message as Parameters),
      });
      expect(problemOf(byForm)).toBe("invalid-parameters");
    }
  });

  it("a repeated name", async () => {
    const repeated = await calls.call("/messages?channel=sms", {
      method: "POST",
      headers: BY_SHOP,
      body: new URLSearchParams(good),
    });
    expect(repeated.body.errors).toEqual([{ parameter: "channel", detail: "is given more than once" }]);
  });

  it.each<[string, () => Promise<Parameters> | Parameters, number]>([
    ["nobody", () => ({}), 401],
    ["a wrong key", () => bearer(`${PROXY_KEY.key}x`), 401],
    ["another name's key", () => basic(OTHER_PROXY_KEY.name, PROXY_KEY.key), 401],
    ["the operator", () => BY_ADMIN, 401],
    ["the operator as Basic", () => basic(ADMIN_KEY.name, ADMIN_KEY.key), 401],
    [
      "a report token, even for that message",
      async () => bearer(await mintReportToken({ messageId: "bad", channel: "sms" }, FOR_THE_SHOP)),
      401,
    ],
  ])("%s as a caller", async (_, credentials, status) => {
    const answered = await calls.track(good, await credentials());
    expect([answered.status, problemOf(answered)]).toEqual([status, "unauthenticated"]);
  });
  it("a body that is too large, or of another type, or no JSON", async () => {
    const send = (body: string, type: string) =>
      calls.call("/messages", { method: "POST", headers: { ...BY_SHOP, "content-type": type }, body });
    expect((await send("x".repeat(8193), "application/json")).status).toBe(413);
    expect((await send("x", "text/plain")).status).toBe(415);
    expect((await send("{", "application/json")).status).toBe(400);
  });

  it("any method but POST", async () => {
    const answered = await calls.look("/messages");
    expect([answered.status, answered.headers.get("allow")]).toEqual([405, "POST"]);
  });
});

it("only accepted messages are tracked, and only reports went to Vonage", async () => {
  const tracked = (await calls.list("tracking"))
    .flat()
    .map(({ channel, messageId }) => `${channel} ${messageId}`);
  expect(tracked.sort()).toEqual(
    [
      ..."23456789".split("").map((n) => `sms m-${n}`),
      "sms m-1",
      "sms a b/ключ-🔑",
      "sms t-2",
      "voice m-1",
      "voice t-1",
    ].sort(),
  );
  const { reports } = (await calls.look("/stats")).body;
  expect(reports).toMatchObject({ tracking: tracked.length, recorded: 3, sending: 0, queued: 0, dead: 0 });
  expect(["quick", "t-3", "t-5", "bad"].map((id) => vonage.attempts(id).length)).toEqual([1, 1, 1, 0]);
});

// Thousands of hostile requests against the handler, with a healthy sandbox in Vonage's place.

import * as fc from "fast-check";
import { expect, it, vi } from "vitest";
import worker from "../../../adapters/cloudflare/index.ts";
import { createConversionHandler } from "../../../adapters/http/index.ts";
import { createSandbox } from "../../../src/sandbox/index.ts";
import {
  CANARY_ACCOUNTS,
  CANARY_ADMIN,
  CANARY_CALLERS,
  CANARY_OPTIONS,
  findLeaks,
  textOf,
} from "../../support/canaries.ts";
import {
  type HostileRequest,
  hostileLedgerRequest,
  hostileRequest,
  TOKEN,
} from "../../support/hostile-requests.ts";
import { createInProcessLedger } from "../../support/in-process-ledger.ts";
import { type KnownParameter, knownParameter } from "../../support/known-parameters.ts";
import { toWellFormed } from "../../support/odd-text.ts";
import { cases } from "../../support/property-seed.ts";
import { basic, bearer, FORM, MESSAGE_ID } from "../../support/proxy.ts";

const { shop, mail } = CANARY_CALLERS;
const sandbox = createSandbox({ accounts: CANARY_ACCOUNTS });
let log = "";
const handle = createConversionHandler({
  ...CANARY_OPTIONS,
  allowedOrigins: ["*"],
  fetch: sandbox.fetch,
  log: (entry) => {
    log += JSON.stringify(entry);
  },
});

/** Sends a request, and checks what must hold for every answer. Returns the status and the recorded reports. */
async function send({ method, path, query, fragment, headers, body }: HostileRequest) {
  sandbox.reset();
  log = "";
  const response = await handle(
    new Request(`https://worker.example${path}${query}${fragment}`, { method, headers, body }),
  );
  const text = await textOf(response.clone());
  expect(response.status).toBeLessThan(500);
  expect(findLeaks(text + log)).toEqual([]);
  expect(text + log).not.toContain(TOKEN);
  expect(log.match(/"requestId"/g)).toHaveLength(1);
  if (response.status >= 400 && method !== "HEAD") await expectProblem(response);
  const reports = sandbox.reports();
  if (response.status !== 200) expect(reports).toEqual([]);
  for (const { messageId } of reports) if (messageId.length > 7) expect(log).not.toContain(messageId);
  return { status: response.status, reports };
}

async function expectProblem(response: Response): Promise<void> {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(await response.json()).toMatchObject({
    type: expect.stringMatching(/^urn:problem:vonage-conversion:[a-z-]+$/),
    title: expect.any(String),
    status: response.status,
  });
}

/** The reports that the caller of a hostile request is entitled to. */
function entitlement({ headers, body }: HostileRequest): "nothing" | "anything" | "one message" {
  const { authorization } = headers;
  if (authorization === undefined) return String(body).includes(TOKEN) ? "one message" : "nothing";
  if (authorization === `Bearer ${TOKEN}`) return "one message";
  const good = [bearer(shop.key), bearer(mail.key), basic(shop.name, shop.key), basic(mail.name, mail.key)];
  return good.some((one) => one.authorization === authorization) ? "anything" : "nothing";
}

/** Tells whether URLSearchParams and JSON.parse, which know nothing of our parsers, find just this report. */
function isReport({ query, headers, body }: HostileRequest, messageId: string, delivered: boolean): boolean {
  const pairs: [string, unknown][] = [...new URLSearchParams(query)];
  const text = new TextDecoder().decode(typeof body === "string" ? Buffer.from(body) : (body ?? undefined));
  if (text && headers["content-type"]?.includes("json")) pairs.push(...Object.entries(JSON.parse(text)));
  else pairs.push(...new URLSearchParams(text));
  const names = pairs.map(([name]) => name);
  const values = new Map(pairs);
  return (
    values.size === pairs.length &&
    names.every((name) => /^(message-id|delivered|timestamp|token|api_key|api_secret|sig)$/.test(name)) &&
    // A number may have been altered before it was seen.
    typeof values.get("message-id") !== "number" &&
    String(values.get("message-id")) === messageId &&
    (delivered ? /^(true|1)$/i : /^(false|0)$/i).test(String(values.get("delivered")))
  );
}

/** Twenty thousand requests each take ten seconds of processor time. */
const BUSY_MACHINE_MS = 120_000;

it("no request at all breaks the handler, gets at a secret, or records what is no report", {
  timeout: BUSY_MACHINE_MS,
}, async () => {
  const seen: Record<number, number> = {};
  let recorded = 0;
  await fc.assert(
    fc.asyncProperty(hostileRequest, async (request) => {
      const { status, reports } = await send(request);
      seen[status] = (seen[status] ?? 0) + 1;
      recorded += reports.length;
      expect(reports.length).toBeLessThanOrEqual(1);
      for (const { channel, messageId, delivered } of reports) {
        expect(request.method.toUpperCase()).toBe("POST");
        expect(entitlement(request)).not.toBe("nothing");
        if (entitlement(request) === "one message") expect([channel, messageId]).toEqual(["sms", MESSAGE_ID]);
        expect(isReport(request, messageId, delivered)).toBe(true);
      }
    }),
    { numRuns: cases(5000) },
  );
  // They must have reached every part of the handler, or they prove nothing.
  expect(Object.keys(seen)).toEqual(
    expect.arrayContaining(["200", "204", "400", "401", "403", "404", "405", "413", "415"]),
  );
  expect(recorded).toBeGreaterThan(10);
});

/** Parameters with the truth about them, as a request. */
function write(
  parameters: readonly { readonly parameter: KnownParameter; readonly inQuery: boolean }[],
  asJson: boolean,
  trailing: string,
) {
  const pick = (where: boolean) =>
    parameters
      .filter(({ inQuery }) => inQuery === where)
      .map(({ parameter: { name, text } }) => [name, text]);
  const toForm = (pairs: string[][]) =>
    pairs.map((pair) => pair.map((text) => encodeURIComponent(toWellFormed(text))).join("=")).join("&");
  const members = pick(false).map((pair) => pair.map((text) => JSON.stringify(text)).join(":"));
  return {
    query: `?${toForm(pick(true))}`,
    body: asJson ? `{${members}}` : toForm(pick(false)) + trailing,
  };
}

const good = (name: string, text: string, meant: string | boolean) => ({
  parameter: { name, text, good: true, meant },
  inQuery: false,
});

it("among known callers just well-formed reports are recorded, as they were meant; all others get 400", {
  timeout: BUSY_MACHINE_MS,
}, async () => {
  const input = fc.record({
    channel: fc.constantFrom("sms", "voice"),
    caller: fc.constantFrom(bearer(shop.key), basic(mail.name, mail.key)),
    given: fc.array(fc.record({ parameter: knownParameter, inQuery: fc.boolean() }), {
      minLength: 1,
      maxLength: 5,
    }),
    completed: fc.boolean(),
    asJson: fc.boolean(),
    trailing: fc.constantFrom("", "&"),
  });
  const outcomes = { recorded: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(input, async ({ channel, caller, given, completed, asJson, trailing }) => {
      // Half of them are made complete, so that one fault at a time is met as well.
      const names = given.map(({ parameter }) => parameter.name);
      const added = [good("message-id", MESSAGE_ID, MESSAGE_ID), good("delivered", "1", true)];
      const all = [
        ...given,
        ...(completed ? added.filter(({ parameter }) => !names.includes(parameter.name)) : []),
        // Neither a URL nor a form can hold half of a surrogate pair.
      ].filter(({ parameter: { text }, inQuery }) => text === toWellFormed(text) || (asJson && !inQuery));

      const meant = new Map(all.map(({ parameter }) => [parameter.name, parameter.meant]));
      const expected =
        meant.size === all.length &&
        all.every(({ parameter: { name, good }, inQuery }) => good && !(name === "token" && inQuery)) &&
        meant.has("message-id") &&
        meant.has("delivered");
      outcomes[expected ? "recorded" : "refused"]++;

      const { query, body } = write(all, asJson, trailing);
      const headers = { ...caller, "content-type": asJson ? "application/json" : FORM };
      const { status, reports } = await send({
        method: "POST",
        path: `/conversions/${channel}`,
        query,
        fragment: "",
        headers,
        body,
      });
      expect(status).toBe(expected ? 200 : Buffer.byteLength(body) > 8192 ? 413 : 400);
      const report = {
        channel,
        messageId: meant.get("message-id"),
        delivered: meant.get("delivered"),
        ...(meant.has("timestamp") && { timestamp: meant.get("timestamp") }),
      };
      expect(reports).toMatchObject(expected ? [report] : []);
    }),
    { numRuns: cases(4000) },
  );
  expect(Math.min(outcomes.recorded, outcomes.refused)).toBeGreaterThan(300);
});

/** Tells whether URLSearchParams and JSON.parse, which know nothing of our parsers, find this message to be tracked. */
function isMessage({ query, headers, body }: HostileRequest, channel: string, messageId: string): boolean {
  const pairs: [string, unknown][] = [...new URLSearchParams(query)];
  const text = new TextDecoder().decode(typeof body === "string" ? Buffer.from(body) : (body ?? undefined));
  if (text && headers["content-type"]?.includes("json")) pairs.push(...Object.entries(JSON.parse(text)));
  else pairs.push(...new URLSearchParams(text));
  const values = new Map(pairs);
  const expiresIn = String(values.get("expiresIn") ?? 300);
  return (
    values.size === pairs.length &&
    pairs.every(([name]) =>
      /^(messageId|channel|traffic|expiresIn|token|api_key|api_secret|sig)$/.test(name),
    ) &&
    values.get("messageId") === messageId &&
    values.get("channel") === channel &&
    /^[0-9]+$/.test(expiresIn) &&
    Number(expiresIn) >= 30 &&
    Number(expiresIn) <= 86_400
  );
}

it("no request at all breaks the ledger's routes, gets at a secret, or tracks what is no message", {
  timeout: BUSY_MACHINE_MS,
}, async () => {
  const env = {
    VONAGE_2FA_API_KEY: CANARY_ACCOUNTS[0]?.apiKey ?? "",
    VONAGE_2FA_API_SECRET: CANARY_ACCOUNTS[0]?.apiSecret ?? "",
    VONAGE_OTHER_API_KEY: CANARY_ACCOUNTS[1]?.apiKey ?? "",
    VONAGE_OTHER_API_SECRET: "canary-of-the-other-secret",
    PROXY_KEYS_2FA: `${shop.name}:${shop.key}`,
    PROXY_KEYS_OTHER: `${mail.name}:${mail.key}`,
    ADMIN_KEYS: `${CANARY_ADMIN.name}:${CANARY_ADMIN.key}`,
    LEDGER_SHARDS: "3",
  };
  vi.stubGlobal("fetch", sandbox.fetch);
  for (const method of ["log", "error"] as const)
    vi.spyOn(console, method).mockImplementation((line) => {
      log += line;
    });
  const ledger = createInProcessLedger(env);
  const full = { ...env, LEDGER: ledger.namespace };
  const tracked = new Set<string>();
  const admins = new Set([`Bearer ${CANARY_ADMIN.key}`, `bearer   ${CANARY_ADMIN.key}`]);
  const seen = new Map<string, number>();

  await fc.assert(
    fc.asyncProperty(hostileLedgerRequest, async (request) => {
      const { method, path, query, headers, body } = request;
      sandbox.reset();
      log = "";
      const given = new Request(`https://worker.example${path}${query}`, { method, headers, body });
      const response = await worker.fetch(given, full, { waitUntil: () => {} });
      const { status } = response;
      const text = await textOf(response.clone());
      expect(status).toBeLessThan(500);
      expect(findLeaks(text + log)).toEqual([]);
      expect(log.match(/"requestId"/g)).toHaveLength(1);
      if (status >= 400 && method !== "HEAD") await expectProblem(response);

      const isAdmin = admins.has(headers.authorization ?? "");
      const [, route = "?"] = /^\/(messages|stats|doctor|reports$|reports\/)/.exec(path) ?? [];
      seen.set(`${route} ${status}`, (seen.get(`${route} ${status}`) ?? 0) + 1);
      if (route !== "messages" && status < 300 && method !== "OPTIONS") expect(isAdmin).toBe(true);
      const rows = JSON.parse(ledger.dump()).flat() as { channel: string; message_id: string }[];
      const now = rows.map(({ channel, message_id }) => `${channel} ${message_id}`);
      const fresh = now.filter((key) => !tracked.has(key));
      expect(now.length).toBe(tracked.size + fresh.length);
      if (status !== 201) expect(fresh).toEqual([]);
      for (const key of fresh) {
        const [channel = "", ...id] = key.split(" ");
        expect(entitlement(request)).toBe("anything");
        expect(isMessage(request, channel, id.join(" "))).toBe(true);
        tracked.add(key);
      }
      // The doctor reports messages that were never sent.
      if (`${route} ${status}` !== "doctor 200") expect(sandbox.reports()).toEqual([]);
    }),
    { numRuns: cases(3000) },
  );
  await ledger.close();
  // They must have reached every part, or they prove nothing.
  expect([...seen.keys()]).toEqual(
    expect.arrayContaining([
      ...["messages 201", "messages 400", "messages 401", "reports 200", "reports 400", "reports 401"],
      ...["reports/ 404", "reports/ 401", "stats 200", "stats 401", "doctor 200"],
    ]),
  );
  expect(tracked.size).toBeGreaterThan(5);
});

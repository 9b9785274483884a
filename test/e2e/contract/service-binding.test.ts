// Another Worker's service binding to the entrypoint `Conversions`, in one workerd.

import { convertV4MiniflareOptions, Log, LogLevel, Miniflare, type V4WorkerOptions } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleWorker, toWorkerSettings } from "../../../adapters/playground/workerd.ts";
import { SANDBOX_CREDENTIALS } from "../../../src/sandbox/index.ts";
import { eventually } from "../../support/eventually.ts";
import { bindingsFor, PROXY_KEY } from "../../support/local-stack.ts";
import { BY_ADMIN, callsOf, type Parameters } from "./ledger-worker.ts";
import { type ScriptedVonage, startScriptedVonage } from "./scripted-vonage.ts";
import type { ServiceAnswer, ServiceCall } from "./service-caller.ts";

const WHEN = "2026-03-04T05:06:07Z";
const ON_THE_WIRE = "2026-03-04 05:06:07";

let vonage: ScriptedVonage;
let bound: Bound;
const running: Miniflare[] = [];
beforeAll(async () => {
  vonage = await startScriptedVonage();
  bound = await bind({});
});
afterAll(async () => {
  await Promise.all(running.map((one) => one.dispose()));
  await vonage.close();
});

type Bound = Awaited<ReturnType<typeof bind>>;

interface BindOptions {
  /** The caller's compatibility date. */
  readonly compatibilityDate?: string;
  readonly withLedger?: boolean;
  /** Over the settings of our Worker. */
  readonly settings?: Pick<V4WorkerOptions, "durableObjects">;
  readonly others?: readonly V4WorkerOptions[];
}

/** Starts the Worker and the Worker bound to it. Returns the calls through the binding and over HTTP. */
async function bind(
  bindings: Parameters,
  { compatibilityDate = "2026-11-01", withLedger = true, settings, others = [] }: BindOptions = {},
) {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      log: new Log(LogLevel.ERROR),
      handleStructuredLogs: () => {},
      workers: [
        {
          name: "caller",
          modules: true,
          script: bundleWorker("test/e2e/contract/service-caller.ts"),
          compatibilityDate,
          serviceBindings: { CONVERSIONS: { name: "worker", entrypoint: "Conversions" } },
          unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
        },
        {
          ...toWorkerSettings({
            config: "wrangler.toml",
            bindings: { ...bindingsFor(vonage.url), ...bindings },
            withLedger,
          }),
          name: "worker",
          ...settings,
        },
        ...others,
      ],
    }),
  );
  running.push(miniflare);
  await miniflare.ready;
  const { origin } = await miniflare.unsafeGetDirectURL("caller");
  const { origin: url } = await miniflare.unsafeGetDirectURL("worker");
  const call = async (method: ServiceCall["method"], argument: unknown, timestampAsDate?: string) => {
    const body = JSON.stringify({ method, argument, timestampAsDate });
    return (await (await fetch(origin, { method: "POST", body })).json()) as ServiceAnswer;
  };
  return {
    http: callsOf({ url }),
    sms: async (report: object, timestampAsDate?: string) =>
      (await call("sms", report, timestampAsDate)).result,
    voice: async (report: object) => (await call("voice", report)).result,
    track: async (message: object) =>
      (await call("track", message)).result as { token?: string; expiresAt: string },
    /** The error of a call. */
    fail: async (method: ServiceCall["method"], argument: unknown) => {
      const { error, result } = await call(method, argument);
      if (error === undefined) throw new Error(`expected an error, got ${JSON.stringify(result)}`);
      return error;
    },
  };
}

describe("a Worker next door", () => {
  it("reports text messages and calls, without any key", async () => {
    expect(await bound.sms({ messageId: "s-1", delivered: true })).toEqual({
      status: "recorded",
      attempts: 1,
    });
    expect(await bound.voice({ messageId: "s-1", delivered: false })).toEqual({
      status: "recorded",
      attempts: 1,
    });
    expect(vonage.reports("s-1")).toMatchObject([
      { channel: "sms", delivered: true, apiKey: SANDBOX_CREDENTIALS.twoFactor.apiKey },
      { channel: "voice", delivered: false, apiKey: SANDBOX_CREDENTIALS.twoFactor.apiKey },
    ]);
  });

  it("reports other traffic where it says so", async () => {
    await bound.sms({ messageId: "s-2", delivered: true, traffic: "other" });
    expect(vonage.reports("s-2")).toMatchObject([{ apiKey: SANDBOX_CREDENTIALS.other.apiKey }]);
  });

  it("says when the user acted, in each of the ways that the client takes", async () => {
    await bound.sms({ messageId: "s-3", delivered: true, timestamp: WHEN });
    await bound.sms({ messageId: "s-4", delivered: true, timestamp: Date.parse(WHEN) });
    await bound.sms({ messageId: "s-5", delivered: true }, WHEN);
    for (const id of ["s-3", "s-4", "s-5"]) expect(vonage.reports(id)[0]?.timestamp).toBe(ON_THE_WIRE);
  });

  it("gets duplicate and accepted as results", async () => {
    expect(await bound.sms({ messageId: "s-6", delivered: true })).toMatchObject({ status: "recorded" });
    expect(await bound.sms({ messageId: "s-6", delivered: true })).toEqual({
      status: "duplicate",
      attempts: 1,
    });
    vonage.script("s-7", { status: 503 });
    expect(await bound.sms({ messageId: "s-7", delivered: true })).toEqual({
      status: "accepted",
      attempts: 1,
    });
    await eventually(() => expect(vonage.reports("s-7")).toHaveLength(1));
  });

  it("tracks a message, and gets the token for its user's page", async () => {
    const { token = "", expiresAt } = await bound.track({ messageId: "s-8", channel: "sms" });
    expect(Math.abs(Date.parse(expiresAt) - Date.now() - 300_000)).toBeLessThan(15_000);
    const body = new URLSearchParams({ "message-id": "s-8", delivered: "true", token });
    const answered = await bound.http.call("/conversions/sms", { method: "POST", body });
    expect(answered.body).toEqual({ status: "recorded" });
    expect(await bound.sms({ messageId: "s-8", delivered: true })).toMatchObject({ status: "duplicate" });
    const other = { messageId: "s-9", channel: "voice", traffic: "other", expiresIn: 60 };
    expect(Date.parse((await bound.track(other)).expiresAt) - Date.now()).toBeLessThanOrEqual(60_000);
    const { counts } = (await bound.http.look("/stats", BY_ADMIN)).body;
    expect(counts).toContainEqual({
      traffic: "other",
      channel: "voice",
      state: "tracking",
      reports: 1,
      attempts: 0,
    });
  });
});

describe("an error, on the side of the caller,", () => {
  it("has name, message, code, attempts and retryable, and nothing of this side", async () => {
    const { isError, name, message, stack, properties, symbols } = await bound.fail("sms", {
      messageId: "e-1",
      delivered: "yes",
      traffic: "ads",
    });
    expect({ isError, name, message, properties, symbols }).toEqual({
      isError: true,
      name: "ConversionError",
      message:
        "invalid_report: delivered must be true or false (a boolean), got a string of 3 characters; " +
        "traffic must be one of 2fa, other, got a string of 3 characters",
      properties: {
        code: "invalid_report",
        attempts: 0,
        retryable: false,
        remote: true,
        faults: [
          {
            field: "delivered",
            fault: "must be true or false (a boolean), got a string of 3 characters",
            rule: "must be true or false (a boolean)",
          },
          {
            field: "traffic",
            fault: "must be one of 2fa, other, got a string of 3 characters",
            rule: "must be one of 2fa, other",
          },
        ],
      },
      // The brand that isConversionError looks for does not come along.
      symbols: 0,
    });
    expect(stack).not.toMatch(/conversions|validation|adapters/);
    expect(vonage.attempts("e-1")).toEqual([]);
  });

  it("is a plain Error with the code in its message, where the caller's compatibility date is older", async () => {
    const older = await bind({}, { compatibilityDate: "2026-04-20" });
    const { isError, name, message, properties } = await older.fail("sms", {
      messageId: "e-2",
      delivered: 1,
    });
    expect({ isError, name, message, properties }).toEqual({
      isError: true,
      name: "Error",
      message: "ConversionError: invalid_report: delivered must be true or false (a boolean), got number",
      properties: { remote: true },
    });
    expect(await older.sms({ messageId: "e-2", delivered: true })).toMatchObject({ status: "recorded" });
  });

  it.each<[string, ServiceCall["method"], unknown, RegExp]>([
    ["no report", "sms", undefined, /must be an object of messageId, delivered, timestamp, traffic/],
    ["text for a report", "sms", "e-3", /must be an object of/],
    ["an empty report", "voice", {}, /messageId must be .*; delivered must be/],
    ["an unknown field", "sms", { messageId: "e-3", delivered: true, to: "x" }, /to is not known here/],
    [
      "a time to come",
      "sms",
      { messageId: "e-3", delivered: true, timestamp: "2999-01-01T00:00:00Z" },
      /5 minutes/,
    ],
    ["a message without channel", "track", { messageId: "e-3" }, /channel must be one of sms, voice/],
    ["an unknown channel", "track", { messageId: "e-3", channel: "fax" }, /channel must be/],
    ["an expiry too soon", "track", { messageId: "e-3", channel: "sms", expiresIn: 29 }, /expiresIn must be/],
    [
      "an expiry too late",
      "track",
      { messageId: "e-3", channel: "sms", expiresIn: 86_401 },
      /expiresIn must be/,
    ],
    [
      "an expiry as text",
      "track",
      { messageId: "e-3", channel: "sms", expiresIn: "60" },
      /expiresIn must be/,
    ],
    ["unknown traffic", "track", { messageId: "e-3", channel: "sms", traffic: "ads" }, /traffic must be/],
  ])("names everything that is wrong: %s", async (_, method, argument, message) => {
    const error = await bound.fail(method, argument);
    expect(error).toMatchObject({
      name: "ConversionError",
      properties: { code: "invalid_report", attempts: 0 },
    });
    expect(error.message).toMatch(/^invalid_report: /);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain("e-3");
  });

  it("is a conflict, or a refusal by Vonage", async () => {
    await bound.sms({ messageId: "e-4", delivered: true });
    const conflict = await bound.fail("sms", { messageId: "e-4", delivered: false });
    expect(conflict.message).toMatch(/^conflict: /);
    expect(conflict.properties).toEqual({ code: "conflict", attempts: 1, retryable: false, remote: true });
    vonage.script("e-5", { status: 420 });
    const rejected = await bound.fail("voice", { messageId: "e-5", delivered: true });
    expect(rejected.properties).toEqual({ code: "rejected", attempts: 1, retryable: false, remote: true });
  });

  it("is a refusal where the message belongs to the other traffic: for reporting and for tracking", async () => {
    await bound.track({ messageId: "e-6", channel: "sms" });
    const refusals = [
      await bound.fail("sms", { messageId: "e-6", delivered: true, traffic: "other" }),
      await bound.fail("track", { messageId: "e-6", channel: "sms", traffic: "other" }),
    ];
    for (const { name, message, properties } of refusals) {
      expect(name).toBe("ConversionError");
      expect(message).toMatch(/^unauthorized: The message belongs to the other kind of traffic/);
      expect(properties).toEqual({ code: "unauthorized", attempts: 0, retryable: false, remote: true });
    }
    expect(vonage.attempts("e-6")).toEqual([]);
    expect(await bound.sms({ messageId: "e-6", delivered: true })).toMatchObject({ status: "recorded" });
  });

  it("is the TypeError of workerd for an unknown method", async () => {
    const error = await bound.fail("fax" as "sms", {});
    expect(error).toMatchObject({ isError: true, name: "TypeError" });
  });
});

describe("a Worker that lacks", () => {
  it("credentials of a traffic refuses that traffic alone", async () => {
    const { sms, fail } = await bind({
      VONAGE_OTHER_API_KEY: "",
      VONAGE_OTHER_API_SECRET: "",
      PROXY_KEYS_OTHER: "",
    });
    const report = { messageId: "l-1", delivered: true };
    for (const error of [
      await fail("sms", { ...report, traffic: "other" }),
      await fail("track", { messageId: "l-1", channel: "sms", traffic: "other" }),
    ]) {
      expect(error.properties).toMatchObject({ code: "invalid_options", attempts: 0, retryable: false });
      expect(error.message).toMatch(/there are no credentials for "?other"?/i);
    }
    expect(await sms(report)).toMatchObject({ status: "recorded" });
  });

  it("settings names them, and not their values", async () => {
    const { fail } = await bind({
      VONAGE_2FA_API_SECRET: "",
      VONAGE_OTHER_API_KEY: "with:colon",
      ADMIN_KEYS: `ops:${PROXY_KEY.key}`,
    });
    for (const method of ["sms", "voice", "track"] as const) {
      const argument =
        method === "track" ? { messageId: "l-2", channel: "sms" } : { messageId: "l-2", delivered: true };
      const error = await fail(method, argument);
      expect(error.properties).toMatchObject({ code: "invalid_options", attempts: 0 });
      expect(error.message).toBe(
        "invalid_options: settings of the Worker are missing or wrong: VONAGE_2FA_API_SECRET, VONAGE_OTHER_API_KEY, ADMIN_KEYS",
      );
    }
    expect(vonage.attempts("l-2")).toEqual([]);
  });

  it("a ledger still reports, says what failed, and tracks nothing", async () => {
    const { sms, fail } = await bind({ UPSTREAM_TIMEOUT_MS: "300" }, { withLedger: false });
    const report = (messageId: string) => ({ messageId, delivered: true });
    expect(await sms(report("n-1"))).toEqual({ status: "recorded", attempts: 1 });
    expect(await sms(report("n-1"))).toEqual({ status: "recorded", attempts: 1 });
    for (const [trouble, code, retryable] of [
      [{ status: 401 }, "unauthorized", false],
      [{ status: 402 }, "not_enabled", false],
      [{ status: 423 }, "rejected", false],
      [{ status: 429 }, "rate_limited", true],
      [{ status: 500 }, "unavailable", true],
      [{ status: 307 }, "unexpected_response", false],
      ["drop", "network", true],
      ["hang", "timeout", true],
    ] as const) {
      const id = `n-${code}-${retryable}`;
      vonage.script(id, trouble, trouble);
      const { message, properties } = await fail("sms", report(id));
      const attempts = retryable ? 2 : 1;
      const status = typeof trouble === "object" && { status: trouble.status };
      expect(properties).toEqual({ code, retryable, attempts, ...status, remote: true });
      expect(message.startsWith(`${code}: `)).toBe(true);
    }
    const untracked = await fail("track", { messageId: "n-2", channel: "sms" });
    expect(untracked.properties).toMatchObject({ code: "invalid_options" });
    expect(untracked.message).toBe(
      "invalid_options: There is no ledger: on Cloudflare, bind LEDGER to track, keep and list reports.",
    );
  });

  it("a ledger that works says that it is unavailable, and sends nothing", async () => {
    const script = `import { DurableObject } from "cloudflare:workers";
      export class Broken extends DurableObject { constructor(...given) { super(...given); throw new Error("no disk"); } }
      export default {};`;
    const { fail } = await bind(
      {},
      {
        settings: {
          durableObjects: { LEDGER: { className: "Broken", scriptName: "broken", useSQLite: true } },
        },
        others: [
          {
            name: "broken",
            modules: true,
            script,
            compatibilityDate: "2026-11-01",
            durableObjects: { OWN: { className: "Broken", useSQLite: true } },
          },
        ],
      },
    );
    for (const error of [
      await fail("sms", { messageId: "b-1", delivered: true }),
      await fail("track", { messageId: "b-1", channel: "sms" }),
    ]) {
      expect(error.properties).toEqual({ code: "unavailable", attempts: 0, retryable: true, remote: true });
      expect(error.message).not.toContain("no disk");
    }
    expect(vonage.attempts("b-1")).toEqual([]);
  });
});

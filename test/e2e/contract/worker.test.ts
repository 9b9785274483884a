// Behaviour that only workerd itself shows: bindings, platform limits, an upstream that lies over a real network.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startOnWorkerd } from "../../../adapters/playground/workerd.ts";
import { createConversionClient } from "../../../src/index.ts";
import { SANDBOX_CREDENTIALS } from "../../../src/sandbox/index.ts";
import { mintReportToken } from "../../../src/token/index.ts";
import { type LocalStack, PROXY_KEY, startLocalStack, TOKEN_SECRET } from "../../support/local-stack.ts";

const ORIGIN = "https://shop.example";
const report = (messageId: string) => ({ "message-id": messageId, delivered: "true" });

let stack: LocalStack;
beforeAll(async () => {
  stack = await startLocalStack({ ALLOWED_ORIGINS: ORIGIN, UPSTREAM_TIMEOUT_MS: "300" });
});
afterAll(() => stack.stop());

const post = (
  parameters: Record<string, string>,
  headers: Record<string, string> = {},
  url = stack.worker.url,
) => fetch(`${url}/conversions/sms`, { method: "POST", headers, body: new URLSearchParams(parameters) });
const withKey = { authorization: `Bearer ${PROXY_KEY.key}` };

describe("the Worker on workerd", () => {
  it("answers a page's report by token in one round trip, readable for allowed origins only", async () => {
    const token = await mintReportToken({ messageId: "w-1", channel: "sms" }, { secret: TOKEN_SECRET });
    const allowed = await post({ ...report("w-1"), token }, { origin: ORIGIN });
    expect([allowed.status, await allowed.json()]).toEqual([200, { status: "recorded" }]);
    expect(allowed.headers.get("access-control-allow-origin")).toBe(ORIGIN);
    const foreign = await post({ ...report("w-1"), token }, { origin: "https://evil.example" });
    expect(foreign.headers.get("access-control-allow-origin")).toBeNull();
  });

  it("limits a token that reports its message over and over, and says how long to wait", async () => {
    const token = await mintReportToken({ messageId: "w-2", channel: "sms" }, { secret: TOKEN_SECRET });
    // 20 are allowed in ten seconds; 60 are too many even where they fall into two such windows.
    const answers = await Promise.all(Array.from({ length: 60 }, () => post({ ...report("w-2"), token })));
    const limited = answers.filter(({ status }) => status === 429);
    expect(limited.length).toBeGreaterThan(0);
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(40);
    expect(limited[0]?.headers.get("retry-after")).toBe("10");
    expect(await limited[0]?.json()).toMatchObject({
      type: "urn:problem:vonage-conversion:too-many-requests",
    });
  });

  it.each<[string, object, number, string]>([
    ["never answers", { hang: true, times: 2 }, 504, "upstream-timeout"],
    ["drops connections", { drop: true, times: 2 }, 502, "upstream-unavailable"],
    ["answers after the timeout", { latency: 1000, times: 2 }, 504, "upstream-timeout"],
    ["redirects to itself", { status: 308, location: "/conversions/sms" }, 502, "upstream-unexpected"],
    ["does not know us", { status: 401, body: "<b>no</b>" }, 502, "upstream-unauthorized"],
    [
      "has not enabled us",
      { status: 402, body: "<b>Bad Account Credentials</b>" },
      502,
      "upstream-not-enabled",
    ],
    ["wants us to slow down", { status: 429, retryAfter: "7", times: 2 }, 503, "upstream-throttled"],
  ])("says so when Vonage %s", async (_, fault, status, problem) => {
    await stack.sandbox.reset();
    await stack.sandbox.fail(fault);
    const answer = await post(report("w-3"), withKey);
    const body = await answer.text();
    expect([answer.status, JSON.parse(body).type]).toEqual([
      status,
      `urn:problem:vonage-conversion:${problem}`,
    ]);
    expect(body).not.toMatch(/<b>/);
    if (status === 503) expect(answer.headers.get("retry-after")).toBe("7");
    expect(await stack.sandbox.reports()).toHaveLength(fault && "latency" in fault ? 2 : 0);
  });

  it.each([
    ["says so", false, 502, "urn:problem:vonage-conversion:upstream-unavailable"],
    ["keeps the report", true, 202, undefined],
  ])("%s if no server listens at the address of Vonage", async (_, withLedger, status, type) => {
    const worker = await startOnWorkerd({
      config: "wrangler.toml",
      bindings: {
        VONAGE_BASE_URL: "http://127.0.0.1:9",
        VONAGE_2FA_API_KEY: "k",
        VONAGE_2FA_API_SECRET: "s",
        PROXY_KEYS_2FA: `${PROXY_KEY.name}:${PROXY_KEY.key}`,
      },
      withLedger,
    });
    const answer = await post(report("w-4"), { ...withKey, accept: "application/json" }, worker.url);
    const health = await fetch(`${worker.url}/health`);
    await worker.stop();
    const { type: problem } = await answer.json();
    expect([answer.status, problem]).toEqual([status, type]);
    expect((await health.json()).ledger).toEqual(withLedger ? { shards: 4 } : false);
  });

  it("goes on reporting when its caller has hung up", async () => {
    await stack.sandbox.reset();
    // Only the second attempt can be recorded, and by then the caller is gone.
    await stack.sandbox.fail({ status: 503, latency: 150 });
    const client = createConversionClient({ endpoint: stack.worker.url, key: PROXY_KEY.key, retry: false });
    const signal = AbortSignal.timeout(50);
    await expect(client.sms({ messageId: "w-5", delivered: true }, { signal })).rejects.toMatchObject({
      code: "aborted",
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await stack.sandbox.reports()).toMatchObject([{ messageId: "w-5" }]);
  });

  it("serves nothing unconfigured, and says what is missing", async () => {
    const worker = await startOnWorkerd({ config: "wrangler.toml" });
    const answers = [await post(report("w-6"), withKey, worker.url), await fetch(`${worker.url}/health`)];
    for (const answer of answers) {
      expect(answer.status).toBe(503);
      expect(await answer.json()).toMatchObject({
        missing: ["VONAGE_2FA_API_KEY", "VONAGE_2FA_API_SECRET", "PROXY_KEYS_2FA or TOKEN_SECRETS"],
      });
    }
    await worker.stop();
  });

  it("has written one line of JSON for each request, and no secret or message id in any", async () => {
    const secrets = [PROXY_KEY.key, TOKEN_SECRET.secret, "w-1", "w-3"];
    for (const { apiKey, apiSecret } of Object.values(SANDBOX_CREDENTIALS)) secrets.push(apiKey, apiSecret);
    expect(stack.logs.length).toBeGreaterThan(35);
    for (const line of stack.logs) {
      expect(JSON.parse(line)).toMatchObject({
        requestId: expect.any(String),
        channel: "sms",
        outcome: expect.any(String),
        ms: expect.any(Number),
      });
      for (const secret of secrets) expect(line).not.toContain(secret);
    }
  });
});

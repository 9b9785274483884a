// Causes every outcome in docs/openapi.yaml on workerd, and compares each answer with it.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COOLDOWN_MS } from "../../support/two-factor-stack.ts";
import { findDeviations } from "./openapi-answer.ts";
import { type Call, createCaller, send } from "./openapi-caller.ts";
import { document, documentedOutcomes, operations } from "./openapi-document.ts";
import { testOperation } from "./openapi-operation.ts";
import { testReports } from "./openapi-reports.ts";
import { GOOD_REQUESTS, SPOILT } from "./openapi-requests.ts";
import { testTwoFactor } from "./openapi-two-factor.ts";
import { startWorkers, type Workers } from "./openapi-workers.ts";

/** A caller cannot cause these: they are faults of the Worker. */
const OUT_OF_REACH = /^(GET|POST|DELETE) \S+ 500 internal$/;

/** For requests that are refused before the path is read. */
const ANY_PATH = { id: "0", channel: "sms", messageId: "m" };

const caller = createCaller();
let workers: Workers;
beforeAll(async () => {
  workers = await startWorkers();
});
afterAll(() => workers?.stop());

/** The documented outcomes with these endings, as operation and outcome. */
const ending = (...ends: readonly string[]) =>
  documentedOutcomes()
    .filter((outcome) => ends.some((end) => outcome.endsWith(` ${end}`)))
    .map((outcome) => {
      const [method, path, ...rest] = outcome.split(" ");
      return [`${method} ${path}`, rest.join(" ")] as const;
    });

/** `GET /reports` asks the workflow's objects for unreadable rows only. */
const unreadableOr = async (operation: string): Promise<Call> => {
  const good = await goodRequest(operation);
  return operation === "GET /reports" ? { ...good, query: { state: "unreadable" } } : good;
};

const goodRequest = async (operation: string): Promise<Call> => (await GOOD_REQUESTS[operation]?.()) ?? {};

it("has a good request for every operation", () => {
  expect(Object.keys(GOOD_REQUESTS).sort()).toEqual([...operations.keys()].sort());
});

describe("a request with a fault", () => {
  it.each(ending(...Object.keys(SPOILT)))("%s gets %s", async (operation, outcome) => {
    const spoil = SPOILT[outcome] ?? ((good) => good);
    await caller.call(workers.whole, operation, spoil(await goodRequest(operation)), outcome);
  });
});

describe("from an address that floods without credentials", () => {
  it.each(ending("429 too-many-requests"))("%s gets %s", async (operation, outcome) => {
    const flood = {
      ...(operation.includes("/webhooks/") ? { query: { text: "unsigned" } } : { path: ANY_PATH }),
      headers: { "cf-connecting-ip": "192.0.2.1" },
    };
    // The rate limit lets some fifty through in ten seconds.
    for (let calls = 0; calls < 200; calls++) {
      if ((await send(workers.whole, operation, flood)).status === 429) break;
    }
    await caller.call(workers.whole, operation, flood, outcome);
  });
});

describe("a Worker that lacks something", () => {
  it.each(ending("501 no-ledger", "501 no-two-factor", "501 no-insight"))(
    "%s gets %s",
    async (operation, outcome) => {
      await caller.call(workers.bare, operation, await goodRequest(operation), outcome);
    },
  );

  it.each(ending("503 not-configured"))("%s gets %s", async (operation, outcome) => {
    const { body } = await caller.call(workers.incomplete, operation, await goodRequest(operation), outcome);
    expect(body).toMatchObject({
      missing: ["VONAGE_2FA_API_SECRET"],
      invalid: [{ name: "PROXY_KEYS_2FA" }],
    });
  });

  it.each(ending("503 ledger-unavailable", "503 insight-unavailable"))(
    "%s gets %s",
    async (operation, outcome) => {
      await caller.call(workers.broken, operation, await goodRequest(operation), outcome);
    },
  );

  it.each(ending("503 challenges-unavailable"))("%s gets %s", async (operation, outcome) => {
    await caller.call(workers.forgetful, operation, await unreadableOr(operation), outcome);
  });

  it.each(ending("503 limits-unavailable"))("%s gets %s", async (operation, outcome) => {
    // The first message to a number is counted.
    const to = operation.includes("resend") ? "+447400199998" : "+447400199999";
    const json = { to, channel: "sms" };
    const started = await send(workers.uncounted, "POST /2fa", {
      ...(await goodRequest("POST /2fa")),
      json,
    });
    const of = operation.includes("resend") && { path: { id: String(started.body.id) } };
    if (of) await workers.turnClock(COOLDOWN_MS);
    await caller.call(workers.uncounted, operation, { ...(await unreadableOr(operation)), ...of }, outcome);
  });

  it.each(ending("503 route-paused"))("%s gets %s", async (operation, outcome) => {
    const good = await goodRequest("POST /2fa");
    const json = { to: "+447400199997", channel: "sms" };
    const { body } = await send(workers.paused, "POST /2fa", { ...good, json });
    await workers.turnClock(COOLDOWN_MS);
    const call = operation.includes("resend")
      ? { ...(await goodRequest(operation)), path: { id: String(body.id) }, json: { channel: "voice" } }
      : { ...good, json: { ...json, channel: "voice" } };
    const { headers } = await caller.call(workers.paused, operation, call, outcome);
    expect(headers.get("retry-after")).toBe("3600");
  });

  it.each(ending("403 webhooks-closed"))("%s gets %s", async (operation, outcome) => {
    await caller.call(workers.strict, operation, await goodRequest(operation), outcome);
  });
});

testOperation(caller, () => workers);
testReports(caller, () => workers);
testTwoFactor(caller, () => workers);

describe("a request without an operation", () => {
  it.each(Object.entries(document.paths))(
    "gets 405 at %s, with the methods that it allows",
    async (path, methods) => {
      const allowed = Object.keys(methods).map((method) => method.toUpperCase());
      for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
        if (allowed.includes(method)) continue;
        const answer = await send(workers.whole, `${method} ${path}`, { path: ANY_PATH });
        expect(answer.outcome).toBe("405 method-not-allowed");
        expect(findDeviations("MethodNotAllowed", answer)).toEqual([]);
        const listed = answer.headers
          .get("allow")
          ?.split(", ")
          .filter((one) => one !== "HEAD");
        expect(listed?.sort()).toEqual([...allowed].sort());
      }
    },
  );

  it.each(["/", "/conversions/fax", "/2fa/a/b", "/reports/sms"])("gets 404 at %s", async (path) => {
    const answer = await send(workers.whole, `POST ${path}`, {});
    expect(answer.outcome).toBe("404 not-found");
    expect(findDeviations("NotFound", answer)).toEqual([]);
  });

  it("gets 503 everywhere while settings are missing", async () => {
    const answer = await send(workers.incomplete, "PATCH /anywhere", {});
    expect(answer.outcome).toBe("503 not-configured");
    expect(findDeviations("NotConfigured", answer)).toEqual([]);
  });

  it("gets the headers of a GET without its body by HEAD, and 204 by the preflight of a page", async () => {
    const head = await send(workers.whole, "HEAD /health", {});
    expect([head.status, head.text]).toEqual([200, ""]);
    const headers = { origin: "https://shop.example", "access-control-request-method": "POST" };
    const preflight = await send(workers.whole, "OPTIONS /conversions/sms", { headers });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-origin")).toBe("https://shop.example");
  });
});

it("every outcome in the document was seen, and no other", () => {
  const documented = documentedOutcomes().filter((outcome) => !OUT_OF_REACH.test(outcome));
  expect([...caller.seen].sort()).toEqual(documented.sort());
});

// Raw HTTP in the wire shape of every official SDK, against the sandbox (Vonage's own interface) and against the
// Worker with a proxy key in place of the account's key and secret. Signatures are made here with node:crypto,
// so that nothing of the code under test stands on both sides.

import { createHash, createHmac } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { SANDBOX_CREDENTIALS } from "../../../src/sandbox/index.ts";
import { type LocalStack, OTHER_PROXY_KEY, PROXY_KEY, startLocalStack } from "../../support/local-stack.ts";

interface Account {
  readonly user: string;
  readonly secret: string;
  readonly signatureSecret: string;
}

type Shape = (account: Account) => { query?: string; init: RequestInit };

const ID = "0A0000000123ABCD1";
const WHEN = "2026-03-04 05:06:07";
const FORM = "application/x-www-form-urlencoded";
const basic = ({ user, secret }: Account) => `Basic ${Buffer.from(`${user}:${secret}`).toString("base64")}`;
const query = (parameters: Record<string, string>) => new URLSearchParams(parameters).toString();
const report = (delivered: string) => ({ "message-id": ID, delivered, timestamp: WHEN });

function signed(
  parameters: Record<string, string>,
  secret: string,
  method: string,
  upperCase = false,
): string {
  const text = Object.keys(parameters)
    .sort()
    .map((name) => `&${name}=${parameters[name]?.replace(/[&=]/g, "_")}`)
    .join("");
  const hash =
    method === "md5hash" ? createHash("md5").update(text + secret) : createHmac(method, secret).update(text);
  const sig = hash.digest("hex");
  return query({ ...parameters, sig: upperCase ? sig.toUpperCase() : sig });
}

const SHAPES: Record<string, Shape> = {
  "the OpenAPI description: key and secret in the query": ({ user, secret }) => ({
    query: query({ api_key: user, api_secret: secret, ...report("true") }),
    init: {},
  }),
  "the OpenAPI description: key and sig in the query": ({ user, signatureSecret }) => ({
    query: signed({ api_key: user, ...report("1") }, signatureSecret, "md5hash"),
    init: {},
  }),
  "Java SDK 9: query, Basic": (account) => ({
    query: query(report("true")),
    init: { headers: { authorization: basic(account), accept: "*/*" } },
  }),
  "PHP SDK 4: query, an empty list in JSON, 1, Basic": (account) => ({
    query: query(report("1")),
    init: { headers: { authorization: basic(account), "content-type": "application/json" }, body: "[]" },
  }),
  "an empty body behind a query, 1, Basic": (account) => ({
    query: query(report("1")),
    init: { headers: { authorization: basic(account), "content-type": FORM }, body: "" },
  }),
  "Ruby SDK 7: form, Basic": (account) => ({
    init: { headers: { authorization: basic(account), "content-type": FORM }, body: query(report("true")) },
  }),
  "Ruby SDK 7: signed form, timestamp overwritten with seconds": ({ user, signatureSecret }) => {
    const timestamp = String(Math.floor(Date.now() / 1000));
    const parameters = { api_key: user, "message-id": ID, delivered: "true", timestamp };
    return {
      init: { headers: { "content-type": FORM }, body: signed(parameters, signatureSecret, "md5hash") },
    };
  },
  "Python SDK 4: form, True, Basic": (account) => ({
    init: {
      headers: {
        authorization: basic(account),
        "content-type": FORM,
        accept: "application/x-www-form-urlencoded",
      },
      body: query(report("True")),
    },
  }),
  "Python SDK 4: signed form, HMAC in upper case": ({ user, signatureSecret }) => ({
    init: {
      headers: { "content-type": FORM },
      body: signed({ api_key: user, ...report("True") }, signatureSecret, "sha512", true),
    },
  }),
  ".NET SDK 8: form with a trailing &, Basic": (account) => ({
    init: {
      headers: { authorization: basic(account), "content-type": FORM },
      body: `${query(report("true"))}&`,
    },
  }),
  "Node SDK 2: key and secret in the query, form content type, no body": ({ user, secret }) => ({
    query: query({ ...report("true"), api_key: user, api_secret: secret }),
    init: { headers: { "content-type": FORM, accept: "text/html" } },
  }),
  "Node SDK 2: signed query": ({ user, signatureSecret }) => ({
    query: signed({ api_key: user, ...report("true") }, signatureSecret, "sha256"),
    init: {},
  }),
  "the guide's samples: JSON with key and secret inside": ({ user, secret }) => ({
    init: {
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ api_key: user, api_secret: secret, ...report(""), delivered: true }),
    },
  }),
  "the guide's samples: form with key and secret inside": ({ user, secret }) => ({
    init: {
      headers: { "content-type": FORM },
      body: query({ api_key: user, api_secret: secret, ...report("1") }),
    },
  }),
};

const signatureSecretOf = (apiSecret: string) => [...apiSecret].reverse().join("");
const { twoFactor } = SANDBOX_CREDENTIALS;
const ACCOUNT: Account = {
  user: twoFactor.apiKey,
  secret: twoFactor.apiSecret,
  signatureSecret: signatureSecretOf(twoFactor.apiSecret),
};
const AT_WORKER: Account = { user: PROXY_KEY.name, secret: PROXY_KEY.key, signatureSecret: PROXY_KEY.key };

let stack: LocalStack;
beforeAll(async () => {
  stack = await startLocalStack();
});
afterAll(() => stack.stop());
beforeEach(() => stack.sandbox.reset());

async function send(
  base: string,
  shape: Shape,
  account: Account,
  channel = "sms",
): Promise<[number, string]> {
  const { query, init } = shape(account);
  const url = `${base}/conversions/${channel}${query ? `?${query}` : ""}`;
  const response = await fetch(url, { method: "POST", ...init });
  return [response.status, await response.text()];
}

describe.each(Object.entries(SHAPES))("the wire shape of %s", (name, shape) => {
  it.each(["sms", "voice"])("is recorded by the sandbox, for %s", async (channel) => {
    expect(await send(stack.sandbox.url, shape, ACCOUNT, channel)).toEqual([200, ""]);
    expect(await stack.sandbox.reports()).toMatchObject([{ channel, messageId: ID, delivered: true }]);
  });

  it("goes through the Worker with a proxy key, and gets Vonage's empty 200", async () => {
    expect(await send(stack.worker.url, shape, AT_WORKER)).toEqual([200, ""]);
    const [recorded, ...more] = await stack.sandbox.reports();
    expect(more).toEqual([]);
    expect(recorded).toMatchObject({ messageId: ID, delivered: true, apiKey: twoFactor.apiKey });
    if (!name.includes("seconds")) expect(recorded?.timestamp).toBe(WHEN);
  });

  it("is refused by sandbox and Worker with a wrong secret", async () => {
    const wrong = { secret: "x".repeat(40), signatureSecret: "x".repeat(40) };
    expect((await send(stack.sandbox.url, shape, { ...ACCOUNT, ...wrong }))[0]).toBe(401);
    expect((await send(stack.worker.url, shape, { ...AT_WORKER, ...wrong }))[0]).toBe(401);
    expect(await stack.sandbox.reports()).toEqual([]);
  });
});

describe("an SDK pointed at the Worker", () => {
  const shape = SHAPES["Ruby SDK 7: form, Basic"] as Shape;

  it("reports other traffic with the other account, by the proxy key it was given", async () => {
    const { name: user, key: secret } = OTHER_PROXY_KEY;
    expect(await send(stack.worker.url, shape, { user, secret, signatureSecret: secret })).toEqual([200, ""]);
    expect(await stack.sandbox.reports()).toMatchObject([{ apiKey: SANDBOX_CREDENTIALS.other.apiKey }]);
  });

  it("does not get the operator's faults as its own", async () => {
    await stack.sandbox.fail({ status: 401 });
    expect((await send(stack.worker.url, shape, AT_WORKER))[0]).toBe(502);
    expect(stack.logs.at(-1)).toMatch(/"level":"error".*check API key and secret/);
  });
});

it("the guide's GET sample works against the sandbox, and is refused by the Worker", async () => {
  const parameters = query({ api_key: ACCOUNT.user, api_secret: ACCOUNT.secret, ...report("true") });
  expect((await fetch(`${stack.sandbox.url}/conversions/sms?${parameters}`)).status).toBe(200);
  const atWorker = await fetch(`${stack.worker.url}/conversions/sms?${parameters}`);
  expect([atWorker.status, atWorker.headers.get("allow")]).toEqual([405, "POST"]);
});

// docs/migrating.md says of each SDK what it cannot do; these are the requests that it sends then.
describe("what an SDK cannot do", () => {
  const post = async (init: RequestInit, parameters = "") => {
    const at = `${stack.worker.url}/conversions/sms${parameters && `?${parameters}`}`;
    const response = await fetch(at, { method: "POST", ...init });
    return { status: response.status, body: await response.json() };
  };
  const form = (body: string, headers: Record<string, string> = {}) => ({
    headers: { "content-type": FORM, ...headers },
    body,
  });
  const authorization = basic(AT_WORKER);
  const { user, secret } = AT_WORKER;

  it(".NET from 7: a false is left out, and the refusal names the parameter", async () => {
    const { status, body } = await post(form(`message-id=${ID}&timestamp=${WHEN}&`, { authorization }));
    expect(status).toBe(400);
    expect(body.errors).toEqual([{ parameter: "delivered", detail: expect.any(String) }]);
  });

  it("PHP 4 with signing configured: no credentials at all", async () => {
    const init = { headers: { "content-type": "application/json" }, body: "[]" };
    expect((await post(init, query(report("1")))).status).toBe(401);
  });

  it("PHP 2 and 3 with signing configured: the body is signed, and the report is in the query", async () => {
    const timestamp = String(Math.floor(Date.now() / 1000));
    const body = Object.fromEntries(
      new URLSearchParams(signed({ api_key: user, timestamp }, secret, "sha256")),
    );
    const init = { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    expect((await post(init, query({ "message-id": ID, delivered: "1" }))).status).toBe(401);
  });

  it("Java 8 with signing configured and a timestamp: two timestamps, one of them signed", async () => {
    const seconds = String(Math.floor(Date.now() / 1000));
    const text = signed(
      { api_key: user, "message-id": ID, delivered: "true", timestamp: seconds },
      secret,
      "md5",
    );
    expect((await post(form(`${text}&timestamp=${encodeURIComponent(WHEN)}`))).status).toBeOneOf([400, 401]);
  });

  it("Python 4 after a call with JSON: a form that says that it is JSON", async () => {
    const init = {
      headers: { authorization, "content-type": "application/json" },
      body: query(report("True")),
    };
    expect((await post(init)).status).toBe(400);
  });
});

// Callers of the handler: who may report, with which credentials, and how fast.

import { createHash, createHmac } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import type { LogEntry } from "../../../adapters/http/index.ts";
import { SANDBOX_CREDENTIALS } from "../../../src/sandbox/index.ts";
import {
  BY_SHOP,
  basic,
  bearer,
  createProxy,
  formOf,
  MAIL,
  MESSAGE_ID,
  mint,
  ORIGIN,
  post,
  postJson,
  problemOf,
  REPORT,
  readJson,
  SHOP,
  TOKEN_SECRET,
} from "../../support/proxy.ts";

const { twoFactor, other } = SANDBOX_CREDENTIALS;

/** Signs as conversion-api.md says, with nothing of the code under test. */
function sign(parameters: Readonly<Record<string, string>>, secret: string, method: string) {
  const text = Object.keys(parameters)
    .sort()
    .map((name) => `&${name}=${parameters[name]?.replace(/[&=]/g, "_")}`)
    .join("");
  const hash =
    method === "md5hash" ? createHash("md5").update(text + secret) : createHmac(method, secret).update(text);
  return { ...parameters, sig: hash.digest("hex") };
}

const seconds = (offset = 0) => String(Math.floor(Date.now() / 1000) + offset);

describe("credentials", () => {
  const signed = (fields: Record<string, string>, method: string, key: string = SHOP.key) =>
    sign({ api_key: SHOP.name, ...REPORT, ...fields }, key, method);

  it.each<[string, () => Request | Promise<Request>, LogEntry["caller"]]>([
    ["a token as Bearer", async () => post(REPORT, bearer(await mint())), "token:k1"],
    ["a token in the form", async () => post({ ...REPORT, token: await mint() }), "token:k1"],
    ["a token in JSON", async () => postJson({ ...REPORT, token: await mint() }), "token:k1"],
    ["a proxy key as Bearer", () => post(REPORT, BY_SHOP), "key:shop"],
    ["a proxy key as bearer", () => post(REPORT, { authorization: `bearer  ${SHOP.key}` }), "key:shop"],
    ["name and proxy key as Basic", () => post(REPORT, basic(SHOP.name, SHOP.key)), "key:shop"],
    [
      "api_key and api_secret in the form",
      () => post({ ...REPORT, api_key: SHOP.name, api_secret: SHOP.key }),
      "key:shop",
    ],
    [
      "api_key and api_secret in JSON",
      () => postJson({ ...REPORT, api_key: SHOP.name, api_secret: SHOP.key }),
      "key:shop",
    ],
    [
      "api_key and api_secret in the query",
      () =>
        post(
          null,
          {},
          `/conversions/sms?${new URLSearchParams({ ...REPORT, api_key: SHOP.name, api_secret: SHOP.key })}`,
        ),
      "key:shop",
    ],
    ...["md5hash", "md5", "sha1", "sha256", "sha512"].map((method): [string, () => Request, string] => [
      `api_key and sig by ${method}, the timestamp the report's own`,
      () => post(signed({ timestamp: "2026-03-04 05:06:07" }, method)),
      "key:shop",
    ]),
    [
      "sig over seconds, as Ruby's SDK does",
      () => post(signed({ timestamp: seconds() }, "md5hash")),
      "key:shop",
    ],
    [
      "sig in upper case, in the query",
      () => {
        const { sig, ...rest } = signed({ timestamp: seconds(-200) }, "sha256");
        const query = new URLSearchParams({ ...rest, sig: sig.toUpperCase() });
        return post(null, {}, `/conversions/sms?${query}`);
      },
      "key:shop",
    ],
    [
      "sig over & and =",
      () => post(signed({ "message-id": "a&b=c", timestamp: seconds() }, "md5")),
      "key:shop",
    ],
  ])("%s is accepted, and none of it reaches Vonage", async (_, request, caller) => {
    const { handle, sent, sandbox, log } = createProxy();
    const response = await handle(await request());
    expect(response.status).toBe(200);
    expect(log).toMatchObject([{ caller, traffic: "2fa", channel: "sms", outcome: "recorded", attempts: 1 }]);
    expect(Object.keys(formOf(sent[0])).sort()).toEqual(["delivered", "message-id", "timestamp"]);
    expect(sent[0]?.headers.authorization).toBe(basic(twoFactor.apiKey, twoFactor.apiSecret).authorization);
    expect(sandbox.reports()).toMatchObject([{ apiKey: twoFactor.apiKey }]);
  });

  it("a token in the URL is refused, good as it may be, since URLs end up in logs", async () => {
    const { handle, sent } = createProxy();
    for (const headers of [{}, BY_SHOP]) {
      const response = await handle(post(REPORT, headers, `/conversions/sms?token=${await mint()}`));
      expect(response.status).toBe(400);
      const { errors } = await readJson(response);
      expect(errors).toEqual([
        { parameter: "token", detail: expect.stringMatching(/must not be in the URL/) },
      ]);
    }
    expect(sent).toEqual([]);
  });

  it.each([
    "?%74oken=TOKEN",
    "?%74%6f%6B%65%6e=TOKEN",
    "?tok%65n=TOKEN&delivered=true",
    "?delivered=true&toke%6E=TOKEN",
    "?a&&%74oken=TOKEN",
    "?token",
    "?%74oken",
    "?%zz=1&%74oken=TOKEN",
    "?token=%zz&%74oken=TOKEN",
  ])("however its name is written: %s", async (query) => {
    const { handle, sent } = createProxy();
    const token = await mint();
    for (const headers of [{}, BY_SHOP, bearer(token)]) {
      const path = `/conversions/sms${query.replace("TOKEN", token)}`;
      const response = await handle(post(REPORT, headers, path));
      expect(response.status).toBe(400);
      const { errors } = await readJson(response);
      expect(errors).toEqual([
        { parameter: "token", detail: expect.stringMatching(/must not be in the URL/) },
      ]);
    }
    expect(sent).toEqual([]);
  });

  it.each(["?%2574oken=x", "?Token=x", "?+token=x", "?tokens=x"])(
    "while what only resembles it is an unknown name: %s",
    async (query) => {
      const { handle } = createProxy();
      const { errors = [] } = await readJson(await handle(post(REPORT, BY_SHOP, `/conversions/sms${query}`)));
      expect(errors).toEqual([{ parameter: expect.anything(), detail: "is not known" }]);
    },
  );

  it("every token secret and proxy key counts like the first", async () => {
    const second = { kid: "k2", secret: "another-token-secret-of-these-tests-9876543210" };
    const { handle, log } = createProxy({ tokenSecrets: [TOKEN_SECRET, second] });
    await handle(post({ ...REPORT, token: await mint({}, { secret: second }) }));
    await handle(post(REPORT, basic(MAIL.name, MAIL.key)));
    expect(log.map(({ caller, status }) => [caller, status])).toEqual([
      ["token:k2", 200],
      ["key:mail", 200],
    ]);
  });

  const forged = () => mint({}, { secret: { kid: "k1", secret: "x".repeat(40) } });
  const swap = (token: string) => {
    const [head, , signature] = token.split(".");
    const claims = {
      sub: MESSAGE_ID,
      channel: "sms",
      aud: "vonage-conversion",
      exp: Date.now() / 1000 + 999,
    };
    return `${head}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.${signature}`;
  };
  const unsigned = `${Buffer.from('{"alg":"none","kid":"k1"}').toString("base64url")}.${Buffer.from(
    `{"sub":"${MESSAGE_ID}","channel":"sms","aud":"vonage-conversion","exp":9999999999}`,
  ).toString("base64url")}.`;
  const expired = async () => {
    vi.useFakeTimers({ now: Date.now() - 100_000, toFake: ["Date"] });
    const token = await mint({}, { expiresIn: 60 });
    vi.useRealTimers();
    return token;
  };

  const wrong: [string, () => Request | Promise<Request>][] = [
    ["none at all", () => post(REPORT)],
    ["a wrong proxy key", () => post(REPORT, bearer(`${SHOP.key}x`))],
    ["a proxy key cut short", () => post(REPORT, bearer(SHOP.key.slice(0, -1)))],
    ["an empty Bearer", () => post(REPORT, { authorization: "Bearer " })],
    ["two Bearers", () => post(REPORT, { authorization: `Bearer ${SHOP.key}, Bearer ${SHOP.key}` })],
    ["the wrong name with a right key", () => post(REPORT, basic(MAIL.name, SHOP.key))],
    ["no name with a right key", () => post(REPORT, basic("", SHOP.key))],
    ["Vonage's own key and secret", () => post(REPORT, basic(twoFactor.apiKey, twoFactor.apiSecret))],
    ["a scheme we do not know", () => post(REPORT, { authorization: `Digest ${SHOP.key}` })],
    ["Basic that is not base64", () => post(REPORT, { authorization: "Basic %%%" })],
    ["Basic without a colon", () => post(REPORT, { authorization: `Basic ${btoa(SHOP.key)}` })],
    ["Basic without anything", () => post(REPORT, { authorization: "Basic" })],
    ["a key in place of the token", () => post({ ...REPORT, token: SHOP.key })],
    ["a token with another secret's signature", async () => post({ ...REPORT, token: await forged() })],
    ["a token whose claims were exchanged", async () => post({ ...REPORT, token: swap(await mint()) })],
    ["an unsigned token", () => post(REPORT, bearer(unsigned))],
    ["an expired token", async () => post(REPORT, bearer(await expired()))],
    [
      "a token by an unknown kid",
      async () => post(REPORT, bearer(await mint({}, { secret: { ...TOKEN_SECRET, kid: "k9" } }))),
    ],
    [
      "a token for another audience",
      async () => post(REPORT, bearer(await mint({}, { audience: "others" }))),
    ],
    ["an empty token", () => post({ ...REPORT, token: "" })],
    ["api_key with a wrong api_secret", () => post({ ...REPORT, api_key: SHOP.name, api_secret: MAIL.key })],
    [
      "api_key with the key of another name",
      () => post({ ...REPORT, api_key: MAIL.name, api_secret: SHOP.key }),
    ],
    ["api_secret without api_key", () => post({ ...REPORT, api_secret: SHOP.key })],
    ["api_key alone", () => post({ ...REPORT, api_key: SHOP.name })],
    ["an empty sig", () => post({ ...REPORT, api_key: SHOP.name, timestamp: seconds(), sig: "" })],
    ["no sig", () => post({ ...REPORT, api_key: SHOP.name, timestamp: seconds() })],
    ["a sig with another key", () => post(signed({ timestamp: seconds() }, "sha256", MAIL.key))],
    [
      "a sig over another report",
      () => post({ ...signed({ timestamp: seconds() }, "md5"), delivered: "false" }),
    ],
    [
      "a sig that was never made",
      () => post({ ...signed({ timestamp: seconds() }, "sha1"), sig: "0".repeat(40) }),
    ],
    ...["md5hash", "md5", "sha1", "sha256", "sha512"].map((method): [string, () => Request] => [
      `a sig by ${method} over no timestamp, which would be good for ever`,
      () => post(signed({}, method)),
    ]),
    ["a sig over no timestamp, in JSON", () => postJson(signed({}, "sha256"))],
    [
      "a sig over no timestamp, in the query",
      () => post(null, {}, `/conversions/sms?${new URLSearchParams(signed({}, "sha256"))}`),
    ],
    [
      "a sig over no timestamp, and a timestamp beside it",
      () => post({ ...signed({}, "sha256"), timestamp: seconds() }),
    ],
    ["a signed request grown old", () => post(signed({ timestamp: seconds(-310) }, "sha512"))],
    ["a signed request from the future", () => post(signed({ timestamp: seconds(310) }, "sha512"))],
    [
      "a wrong api_secret beside a right sig",
      () => post({ ...signed({ timestamp: seconds() }, "md5"), api_secret: "x" }),
    ],
    [
      "a wrong header beside a right token",
      async () => post({ ...REPORT, token: await mint() }, bearer("x")),
    ],
    [
      "a wrong header beside right parameters",
      () => post({ ...REPORT, api_key: SHOP.name, api_secret: SHOP.key }, basic("a", "b")),
    ],
    [
      "a wrong token beside right parameters",
      () => post({ ...REPORT, token: "a.b.c", api_key: SHOP.name, api_secret: SHOP.key }),
    ],
  ];

  it.each(wrong)("%s: 401, with a challenge, readable by a page", async (_, request) => {
    const { handle, sent, log } = createProxy();
    const given = await request();
    given.headers.set("origin", ORIGIN);
    const response = await handle(given);
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe('Bearer realm="vonage-conversion"');
    expect(response.headers.get("access-control-allow-origin")).toBe(ORIGIN);
    expect(response.headers.get("access-control-expose-headers")).toContain("WWW-Authenticate");
    expect(await problemOf(response)).toBe("unauthenticated");
    expect(sent).toEqual([]);
    expect(log).toMatchObject([{ level: "info", outcome: "unauthenticated", status: 401 }]);
    expect(log[0]).not.toHaveProperty("caller");
  });

  it("all wrong credentials are answered alike, so that a forger learns nothing", async () => {
    const { handle } = createProxy();
    const bodies = new Set<string>();
    for (const [, request] of wrong) bodies.add(await (await handle(await request())).text());
    expect(bodies.size).toBe(1);
  });

  it("an unknown caller does not see the faults of the parameters", async () => {
    const response = await createProxy().handle(post({ nonsense: "1" }));
    expect(response.status).toBe(401);
    expect(await readJson(response)).not.toHaveProperty("errors");
  });

  it("an Authorization header that holds goes before a token and an api_key beside it", async () => {
    const { handle, log, sandbox } = createProxy();
    const beside = { token: "a.b.c", api_key: "x", api_secret: "y", sig: "z" };
    expect((await handle(post({ ...REPORT, ...beside }, bearer(MAIL.key)))).status).toBe(200);
    expect(log[0]?.caller).toBe("key:mail");
    expect(sandbox.reports()).toMatchObject([{ apiKey: other.apiKey }]);
  });

  it.each([
    ["another message", { messageId: "another" }, "/conversions/sms"],
    ["another channel", { channel: "voice" as const }, "/conversions/sms"],
    ["another channel than the path's", {}, "/conversions/voice"],
  ])("a token for %s: 403", async (_, claims, path) => {
    const { handle, sent, log } = createProxy();
    const response = await handle(post({ ...REPORT, token: await mint(claims) }, {}, path));
    expect(response.status).toBe(403);
    expect(await problemOf(response)).toBe("wrong-message");
    expect(sent).toEqual([]);
    expect(log).toMatchObject([{ outcome: "wrong-message", caller: "token:k1" }]);
  });

  it("a token for a voice call reports it", async () => {
    const { handle, sandbox } = createProxy();
    await handle(post({ ...REPORT, token: await mint({ channel: "voice" }) }, {}, "/conversions/voice"));
    expect(sandbox.reports()).toMatchObject([{ channel: "voice", messageId: MESSAGE_ID }]);
  });
});

describe("traffic", () => {
  it.each<[string, () => Request | Promise<Request>, string]>([
    ["a proxy key is for 2FA unless told otherwise", () => post(REPORT, BY_SHOP), twoFactor.apiKey],
    [
      "a proxy key for other traffic goes with the other API key",
      () => post(REPORT, bearer(MAIL.key)),
      other.apiKey,
    ],
    [
      "a token is for 2FA unless it says otherwise",
      async () => post(REPORT, bearer(await mint())),
      twoFactor.apiKey,
    ],
    [
      "a token for other traffic goes with the other API key",
      async () => post(REPORT, bearer(await mint({ traffic: "other" }))),
      other.apiKey,
    ],
  ])("the caller decides the account: %s", async (_, request, apiKey) => {
    const { handle, sandbox, log } = createProxy();
    expect((await handle(await request())).status).toBe(200);
    expect(sandbox.reports()).toMatchObject([{ apiKey }]);
    expect(log[0]?.traffic).toBe(apiKey === other.apiKey ? "other" : "2fa");
  });

  it.each([
    ["other", { "2fa": twoFactor }, SHOP, "VONAGE_OTHER_API_KEY"],
    ["2fa", { other }, MAIL, "VONAGE_2FA_API_KEY"],
  ] as const)(
    "a token for %s traffic without credentials is answered 503, nothing is sent, and the operator told",
    async (traffic, credentials, proxyKey, setting) => {
      const { handle, sent, log } = createProxy({ credentials, proxyKeys: [proxyKey] });
      const response = await handle(post(REPORT, bearer(await mint({ traffic }))));
      expect(response.status).toBe(503);
      const { type, detail } = await readJson(response);
      expect(type).toBe("urn:problem:vonage-conversion:not-configured");
      expect(detail).toContain(`"${traffic}"`);
      expect(sent).toEqual([]);
      expect(log).toMatchObject([
        {
          level: "error",
          outcome: "not-configured",
          status: 503,
          route: "/conversions/sms",
          traffic,
          caller: "token:k1",
          hint: expect.stringContaining(setting),
        },
      ]);
      // The other traffic is still served.
      expect((await handle(post(REPORT, bearer(proxyKey.key)))).status).toBe(200);
    },
  );

  it.each(["md5hash", "md5", "sha1", "sha256", "sha512"] as const)(
    "an account with a signature secret is signed for by %s, and its secret stays here",
    async (signatureMethod) => {
      const signatureSecret = [...twoFactor.apiSecret].reverse().join("");
      const credentials = { "2fa": { apiKey: twoFactor.apiKey, signatureSecret, signatureMethod } };
      const { handle, sandbox, sent } = createProxy({ credentials, proxyKeys: [SHOP] });
      expect((await handle(post(REPORT, BY_SHOP))).status).toBe(200);
      expect(sandbox.reports()).toMatchObject([{ authentication: "signature" }]);
      const { sig, ...rest } = formOf(sent[0]);
      expect(sig).toBe(sign(rest, signatureSecret, signatureMethod).sig);
      expect(JSON.stringify(sent)).not.toContain(signatureSecret);
    },
  );
});

describe("rate limits", () => {
  const rateLimit = (success: boolean) => {
    const limit = vi.fn(async (_: { key: string }) => ({ success }));
    return { limit };
  };
  const cases: ["token" | "key" | "anonymous", () => Request | Promise<Request>, string, number][] = [
    ["token", async () => post({ ...REPORT, token: await mint() }), `sms:${MESSAGE_ID}`, 200],
    ["key", () => post(REPORT, BY_SHOP), "shop", 200],
    ["anonymous", () => post(REPORT, bearer("wrong")), "192.0.2.7", 401],
  ];
  const context = { clientAddress: "192.0.2.7" };

  it.each(cases)("the rate limit on %s stops with 429 and Retry-After", async (kind, request, key) => {
    const rateLimits = {
      token: rateLimit(true),
      key: rateLimit(true),
      anonymous: rateLimit(true),
      [kind]: rateLimit(false),
    };
    const { handle, sent, log } = createProxy({ rateLimits });
    const response = await handle(await request(), context);
    expect(response.status).toBe(429);
    expect(response.headers.get("retry-after")).toBe("10");
    expect(await problemOf(response)).toBe("too-many-requests");
    expect(sent).toEqual([]);
    expect(log).toMatchObject([{ outcome: "too-many-requests", level: "info" }]);
    for (const [name, { limit }] of Object.entries(rateLimits))
      expect(limit.mock.calls).toEqual(name === kind ? [[{ key }]] : []);
  });

  it.each(cases)("the rate limit on %s lets pass what is not too fast", async (kind, request, _, status) => {
    const { handle } = createProxy({ rateLimits: { [kind]: rateLimit(true) } });
    expect((await handle(await request(), context)).status).toBe(status);
  });

  it.each(cases)("a rate limit on %s that fails lets pass", async (kind, request, _, status) => {
    for (const limit of [
      () => Promise.reject(new Error("broken on purpose")),
      () => {
        throw new Error("broken on purpose");
      },
    ]) {
      const { handle } = createProxy({ rateLimits: { [kind]: { limit } } });
      expect((await handle(await request(), context)).status).toBe(status);
    }
  });

  it("rate limits are called as methods of what was given", async () => {
    const counting = {
      count: 0,
      async limit() {
        this.count += 1;
        return { success: true };
      },
    };
    await createProxy({ rateLimits: { key: counting } }).handle(post(REPORT, BY_SHOP));
    expect(counting.count).toBe(1);
  });

  it("callers without an address share one rate limit", async () => {
    const anonymous = rateLimit(true);
    await createProxy({ rateLimits: { anonymous } }).handle(post(REPORT));
    expect(anonymous.limit.mock.calls).toEqual([[{ key: "unknown" }]]);
  });
});

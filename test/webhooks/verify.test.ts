import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readWebhook, verifyWebhook } from "../../src/webhooks/index.ts";
import { signParameters } from "../../src/wire/signature.ts";
import { SIGNATURE_METHODS } from "../../src/wire/signature-method.ts";
import { cases } from "../support/property-seed.ts";
import { webhookErrorOf } from "../support/webhook-error.ts";

const now = Date.UTC(2026, 10, 24, 12);
const seconds = now / 1000;
const signatureSecret = "canary-signature-secret";
const receipt = {
  messageId: "0A0000001234567B",
  status: "delivered",
  to: "A&B=C",
  "client-ref": "canary-ref",
};

async function sign(
  parameters: Readonly<Record<string, string>>,
  method: (typeof SIGNATURE_METHODS)[number] = "sha256",
): Promise<Map<string, string>> {
  const signed = { nonce: "canary-nonce", timestamp: String(seconds), ...parameters };
  const sig = await signParameters(Object.entries(signed), signatureSecret, method);
  return new Map(Object.entries({ ...signed, sig }));
}

describe("a signed webhook", () => {
  it.each(SIGNATURE_METHODS)("verifies with %s, and has a nonce and a time", async (method) => {
    const parameters = await sign(receipt, method);
    for (const signing of [{ signatureSecret }, { signatureSecret, signatureMethod: method }]) {
      expect(await verifyWebhook(parameters, signing, now)).toEqual({
        nonce: "canary-nonce",
        timestamp: seconds,
      });
    }
  });

  it("verifies with a signature in upper case", async () => {
    const parameters = await sign(receipt);
    parameters.set("sig", parameters.get("sig")?.toUpperCase() ?? "");
    expect(await verifyWebhook(parameters, { signatureSecret }, now)).toMatchObject({ timestamp: seconds });
  });

  it("is forged if it is signed by another method than the account's", async () => {
    const parameters = await sign(receipt, "md5hash");
    const error = await webhookErrorOf(() =>
      verifyWebhook(parameters, { signatureSecret, signatureMethod: "md5" }, now),
    );
    expect(error).toMatchObject({
      code: "forged",
      message: expect.stringMatching(/sig does not match; compare signature secret and method/),
    });
  });

  it("is unsigned without signature parameters, with advice to turn signing on", async () => {
    const { message } = await webhookErrorOf(() => verifyWebhook(new Map(), { signatureSecret }, now));
    expect(message).toMatch(/sig, timestamp, nonce missing; ask Vonage support to turn on signed webhooks/);
  });

  it.each(["sig", "timestamp", "nonce"])("is unsigned with a missing or empty %s", async (name) => {
    for (const change of [
      (map: Map<string, string>) => map.delete(name),
      (map: Map<string, string>) => map.set(name, ""),
    ]) {
      const parameters = await sign(receipt);
      change(parameters);
      const error = await webhookErrorOf(() => verifyWebhook(parameters, { signatureSecret }, now));
      expect(error).toMatchObject({ code: "unsigned", message: expect.stringContaining(name) });
    }
  });

  it("is fresh for five minutes either way, and then stale", async () => {
    const parameters = await sign(receipt);
    const at = (moment: number) => verifyWebhook(parameters, { signatureSecret }, moment);
    for (const age of [-300_000, 0, 300_000]) expect(await at(now + age)).toBeDefined();
    for (const age of [-300_001, 300_001]) {
      expect(await webhookErrorOf(() => at(now + age))).toMatchObject({
        code: "stale",
        message: expect.stringMatching(/at most 5 minutes from now; check this machine's clock/),
      });
    }
  });

  it.each(["2026-11-24 12:00:00", "0x6", "1e9", "-1", `${now}`, `${seconds}.5`])(
    "is stale if its timestamp is not UNIX seconds: %s",
    async (timestamp) => {
      const parameters = await sign({ ...receipt, timestamp });
      const error = await webhookErrorOf(() => verifyWebhook(parameters, { signatureSecret }, now));
      expect(error.code).toBe("stale");
    },
  );

  it("is forged if it is forged and stale, so that a forger learns nothing about the clock", async () => {
    const parameters = await sign(receipt);
    parameters.set("status", "failed");
    const error = await webhookErrorOf(() => verifyWebhook(parameters, { signatureSecret }, now + 1e9));
    expect(error.code).toBe("forged");
  });

  it("has no value of its own in an error", async () => {
    const parameters = await sign(receipt);
    parameters.set("status", "canary-status");
    const error = await webhookErrorOf(() => verifyWebhook(parameters, { signatureSecret }, now));
    expect(`${error.message}${error.stack}${JSON.stringify(error)}`.replace(/\n.*/g, "")).not.toMatch(
      /canary/,
    );
  });
});

const url = "https://hooks.example/webhooks/delivery-receipt";
const post = (body: BodyInit, type: string, query = "") =>
  readWebhook(new Request(url + query, { method: "POST", body, headers: { "content-type": type } }));

describe("a blank value in a signed webhook", () => {
  it.each(["", " ", "\t "])("verifies with and without its place in the signed text: %j", async (blank) => {
    const base = { ...receipt, nonce: "n", timestamp: String(seconds) };
    for (const signedFields of [base, { ...base, "network-code": blank, price: blank }]) {
      const sig = await signParameters(Object.entries(signedFields), signatureSecret, "sha256");
      const parameters = new Map(Object.entries({ ...base, "network-code": blank, price: blank, sig }));
      expect(await verifyWebhook(parameters, { signatureSecret }, now)).toMatchObject({ nonce: "n" });
    }
  });

  it("cannot replace a signed value", async () => {
    const parameters = await sign(receipt);
    parameters.set("client-ref", "");
    expect((await webhookErrorOf(() => verifyWebhook(parameters, { signatureSecret }, now))).code).toBe(
      "forged",
    );
  });
});

describe("a number in a signed JSON webhook", () => {
  it.each(["0.03330000", "1.0", "-0.0", "1e3", "12345678901234567890", "0"])(
    "is verified as written: %s",
    async (number) => {
      const fields = {
        ...receipt,
        nonce: "n",
        timestamp: String(seconds),
        price: number,
        "err-code": number,
      };
      const sig = await signParameters(Object.entries(fields), signatureSecret, "sha256");
      const body = JSON.stringify({
        ...fields,
        nested: { price: 7, list: [1.5] },
        price: "P",
        "err-code": "E",
        sig,
      })
        .replace('"P"', ` ${number} `)
        .replace('"E"', number);
      const read = await post(body, "application/json");
      expect(read.get("price")).toBe(number);
      expect(await verifyWebhook(read, { signatureSecret }, now)).toMatchObject({ nonce: "n" });
    },
  );

  it("may be a message id, and keeps all its digits", async () => {
    const read = await post('{"messageId":12345678901234567890,"a\\"b":1.50}', "application/json");
    expect([...read]).toEqual([
      ["messageId", "12345678901234567890"],
      ['a"b', "1.50"],
    ]);
  });
});

describe("a parameter in the webhook's own URL", () => {
  const readAs = {
    form: async (query: string, given: Map<string, string>) =>
      post(new URLSearchParams([...given]), "application/x-www-form-urlencoded", query),
    json: async (query: string, given: Map<string, string>) =>
      post(JSON.stringify(Object.fromEntries(given)), "application/json", query),
    query: async (query: string, given: Map<string, string>) =>
      readWebhook(new Request(`${url}${query}&${new URLSearchParams([...given])}`)),
  };

  it.each(["form", "json", "query"] as const)("does not break verification: %s", async (transport) => {
    const read = await readAs[transport]("?tenant=7&env=eu", await sign(receipt));
    expect(read.get("tenant")).toBe("7");
    expect(await verifyWebhook(read, { signatureSecret }, now)).toMatchObject({ timestamp: seconds });
  });

  it.each(["form", "json", "query"] as const)("may be part of the signature: %s", async (transport) => {
    const signed = await sign({ ...receipt, tenant: "7" });
    const given = new Map([...signed].filter(([name]) => name !== "tenant"));
    const read = await readAs[transport]("?tenant=7", given);
    expect(await verifyWebhook(read, { signatureSecret }, now)).toMatchObject({ timestamp: seconds });
  });

  it("may be repeated", async () => {
    for (const transport of ["form", "query"] as const) {
      const read = await readAs[transport]("?tag=a&tag=b", await sign(receipt));
      expect(await verifyWebhook(read, { signatureSecret }, now)).toMatchObject({ timestamp: seconds });
    }
  });

  it("must be listed by its name if Vonage signs new names", async () => {
    const read = await readAs.query("?tenant=7", await sign({ ...receipt, "new-name": "1" }));
    const error = await webhookErrorOf(() => verifyWebhook(read, { signatureSecret }, now));
    expect(error.code).toBe("forged");
    const signing = { signatureSecret, ownParameters: ["tenant"] };
    expect(await verifyWebhook(read, signing, now)).toMatchObject({ timestamp: seconds });
  });

  it("cannot exclude Vonage's own parameters from the signature", async () => {
    const parameters = await sign(receipt);
    parameters.set("status", "failed");
    const signing = { signatureSecret, ownParameters: ["status"] };
    expect((await webhookErrorOf(() => verifyWebhook(parameters, signing, now))).code).toBe("forged");
  });

  it("never replaces one of Vonage's parameters in a POST", async () => {
    const read = await readAs.form("?status=failed&type=binary&text=1", await sign(receipt));
    expect(read.get("status")).toBe("delivered");
    expect(read.has("type")).toBe(false);
    expect(await verifyWebhook(read, { signatureSecret }, now)).toMatchObject({ timestamp: seconds });
  });
});

describe("a nonce", () => {
  it("is the same in every spelling that the signature covers", async () => {
    const parameters = await sign({ ...receipt, nonce: "a_b_c" });
    const nonces = await Promise.all(
      ["a_b_c", "a=b&c", "a&b=c", "a_b=c"].map(async (nonce) => {
        const changed = new Map([...parameters, ["nonce", nonce]]);
        return (await verifyWebhook(changed, { signatureSecret }, now)).nonce;
      }),
    );
    expect(new Set(nonces)).toEqual(new Set(["a_b_c"]));
  });

  it("is the same with either half of a surrogate pair in it", async () => {
    const parameters = await sign({ ...receipt, nonce: "a\ud800" });
    for (const nonce of ["a\ud800", "a\udfff", "a\ufffd"]) {
      const changed = new Map([...parameters, ["nonce", nonce]]);
      expect((await verifyWebhook(changed, { signatureSecret }, now)).nonce).toBe("a\ufffd");
    }
  });
});

describe("any signed parameters", () => {
  const texts = fc.dictionary(
    fc.string({ minLength: 1, unit: "grapheme" }).filter((name) => !["sig", "api_secret"].includes(name)),
    fc.string({ unit: "grapheme" }),
  );

  it("verify after passing through a form, but not after a changed value", async () => {
    await fc.assert(
      fc.asyncProperty(texts, fc.constantFrom(...SIGNATURE_METHODS), async (given, method) => {
        const parameters = await sign({ ...given, nonce: "n", timestamp: String(seconds) }, method);
        const request = new Request("https://hooks.example/", {
          method: "POST",
          body: new URLSearchParams([...parameters]),
        });
        const read = await readWebhook(request);
        expect(await verifyWebhook(read, { signatureSecret }, now)).toEqual({
          nonce: "n",
          timestamp: seconds,
        });
        const changed = new Map([...read, ["nonce", "m"]]);
        expect((await webhookErrorOf(() => verifyWebhook(changed, { signatureSecret }, now))).code).toBe(
          "forged",
        );
      }),
      { numRuns: cases(50) },
    );
  });
});

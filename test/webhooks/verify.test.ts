import "../support/property-seed.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { signParameters } from "../../src/signature.ts";
import { SIGNATURE_METHODS } from "../../src/signature-method.ts";
import { readWebhook, verifyWebhook } from "../../src/webhooks/index.ts";
import { webhookErrorOf } from "./support/webhook-error.ts";

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
  it.each(SIGNATURE_METHODS)("is taken when its %s fits, and tells nonce and time", async (method) => {
    const parameters = await sign(receipt, method);
    for (const signing of [{ signatureSecret }, { signatureSecret, signatureMethod: method }]) {
      expect(await verifyWebhook(parameters, signing, now)).toEqual({
        nonce: "canary-nonce",
        timestamp: seconds,
      });
    }
  });

  it("is taken with a signature in upper case", async () => {
    const parameters = await sign(receipt);
    parameters.set("sig", parameters.get("sig")?.toUpperCase() ?? "");
    expect(await verifyWebhook(parameters, { signatureSecret }, now)).toMatchObject({ timestamp: seconds });
  });

  it("is forged when it was signed by another method than the account's", async () => {
    const parameters = await sign(receipt, "md5hash");
    const error = await webhookErrorOf(() =>
      verifyWebhook(parameters, { signatureSecret, signatureMethod: "md5" }, now),
    );
    expect(error).toMatchObject({
      code: "forged",
      message: expect.stringMatching(/sig does not fit; check signature secret and method/),
    });
  });

  it("is unsigned without all of them, with advice to have it turned on", async () => {
    const { message } = await webhookErrorOf(() => verifyWebhook(new Map(), { signatureSecret }, now));
    expect(message).toMatch(/sig, timestamp, nonce missing; have Vonage support turn on signed webhooks/);
  });

  it.each(["sig", "timestamp", "nonce"])("is unsigned without %s, also when it is empty", async (name) => {
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

  it("is fresh for five minutes either way, and stale from then on", async () => {
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
    "is stale when its timestamp is not UNIX seconds: %s",
    async (timestamp) => {
      const parameters = await sign({ ...receipt, timestamp });
      const error = await webhookErrorOf(() => verifyWebhook(parameters, { signatureSecret }, now));
      expect(error.code).toBe("stale");
    },
  );

  it("is forged, not stale, when it is both: the clock tells a forger nothing", async () => {
    const parameters = await sign(receipt);
    parameters.set("status", "failed");
    const error = await webhookErrorOf(() => verifyWebhook(parameters, { signatureSecret }, now + 1e9));
    expect(error.code).toBe("forged");
  });

  it("is named by no value of its own in an error", async () => {
    const parameters = await sign(receipt);
    parameters.set("status", "canary-status");
    const error = await webhookErrorOf(() => verifyWebhook(parameters, { signatureSecret }, now));
    expect(`${error.message}${error.stack}${JSON.stringify(error)}`.replace(/\n.*/g, "")).not.toMatch(
      /canary/,
    );
  });
});

describe("whatever is signed", () => {
  const texts = fc.dictionary(
    fc.string({ minLength: 1, unit: "grapheme" }).filter((name) => !["sig", "api_secret"].includes(name)),
    fc.string({ unit: "grapheme" }),
  );

  it("verifies after its way through a form, and no longer when a value was changed", async () => {
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
      { numRuns: 50 },
    );
  });
});

// A misspelt setting does nothing; `/health` and `doctor` say so, by name.

import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Env } from "../../../adapters/cloudflare/env.ts";
import { SETTING_NAMES } from "../../../adapters/cloudflare/settings/table.ts";
import { findUnknownSettings } from "../../../adapters/cloudflare/settings/unknown-settings.ts";
import { createWorker } from "../../../adapters/cloudflare/worker.ts";

const ADMIN = "admin-key-0123456789-0123456789-abcdef";
const ENV = {
  VONAGE_2FA_API_KEY: "abcd1234",
  VONAGE_2FA_API_SECRET: "s",
  PROXY_KEYS_2FA: `shop:${"s".repeat(32)}`,
  ADMIN_KEYS: `ops:${ADMIN}`,
};
const detailOf = (env: Record<string, unknown>) => findUnknownSettings(env)[0]?.detail;

describe("a variable", () => {
  it.each<[string, string]>([
    ["TWO_FACTOR_COUNTRY", "TWO_FACTOR_COUNTRIES"],
    ["TWO_FACTOR_LIMIT", "TWO_FACTOR_LIMITS"],
    ["TWO_FACTOR_SECRET", "TWO_FACTOR_SECRETS"],
    ["TWOFACTOR_COUNTRIES", "TWO_FACTOR_COUNTRIES"],
    ["two_factor_countries", "TWO_FACTOR_COUNTRIES"],
    ["TWO-FACTOR-BRAND", "TWO_FACTOR_BRAND"],
    ["SMS_FORM", "SMS_FROM"],
    ["SMS_SENDER_FROM", ""],
    ["VOICE_APP_ID", ""],
    ["VOICE_PRIVATE_KEYS", "VOICE_PRIVATE_KEY"],
    ["VONAGE_API_KEY", "VONAGE_2FA_API_KEY"],
    ["VONAGE_2FA_API_SECERT", "VONAGE_2FA_API_SECRET"],
    ["WEBHOOK_SIGNATURE_SECRETS", "WEBHOOK_SIGNATURE_SECRET"],
    ["WEBHOOKS_SIGNATURE_SECRET", "WEBHOOK_SIGNATURE_SECRET"],
    ["LEDGER_SHARD", "LEDGER_SHARDS"],
    ["LEDGER_RETENTION", ""],
    ["PROXY_KEY_2FA", "PROXY_KEYS_2FA"],
    ["ALLOWED_ORIGIN", "ALLOWED_ORIGINS"],
    ["ALLOWED_ORIGNIS", "ALLOWED_ORIGINS"],
    ["TOKEN_SECRET", "TOKEN_SECRETS"],
  ])("%s is no setting, and %s was meant", (name, meant) => {
    const suggestion = meant === "" ? /^is not a setting/ : `is not a setting; did you mean ${meant}?`;
    expect(detailOf({ [name]: "x" })).toMatch(suggestion);
  });

  it.each([
    ...SETTING_NAMES,
    "NODE_ENV",
    "API_KEY",
    "OWN_SENDER",
    "DATABASE_URL",
    "KV",
    "SENTRY_DSN",
    "CF_VERSION_METADATA",
  ])("%s is none of that kind", (name) => {
    expect(findUnknownSettings({ [name]: "x" })).toEqual([]);
  });

  it("that is empty or of another kind is left alone; a rate limit that is misspelt is not", () => {
    const binding = { limit: () => {} };
    const env = {
      SMS_TO: "",
      VOICE_X: undefined,
      SMS_QUEUE: {},
      RATE_LIMIT_TOKENS: binding,
      BRAKE_IP: binding,
    };
    expect(findUnknownSettings(env)).toEqual([
      { name: "BRAKE_IP", detail: "is not a setting" },
      { name: "RATE_LIMIT_TOKENS", detail: "is not a setting; did you mean RATE_LIMIT_TOKEN?" },
    ]);
  });

  it("of an operator with own senders is named only where it is nearly a setting", () => {
    const env = { SMS_GATEWAY_URL: "x", TWO_FACTOR_BRANDS: "x" };
    expect(findUnknownSettings(env, true).map(({ name }) => name)).toEqual(["TWO_FACTOR_BRANDS"]);
    expect(findUnknownSettings(env)).toHaveLength(2);
  });

  it("is told in ten notes at most, however many and long they are, and never its value", () => {
    const env = Object.fromEntries(
      Array.from({ length: 5000 }, (_, at) => [`SMS_\n<b>${"X".repeat(5000)}${at}`, "canary"]),
    );
    const notes = findUnknownSettings(env);
    expect(notes).toHaveLength(10);
    const text = JSON.stringify(notes);
    expect(text.length).toBeLessThan(1500);
    expect(text).not.toMatch(/canary|<|\\n/);
  });

  it("is looked at only if it is among the first 256: more of them take no more time", () => {
    const looked = new Set<string | symbol>();
    const env = new Proxy(Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`SMS_${at}`, "x"])), {
      get: (variables, name) => {
        looked.add(name);
        return variables[String(name)];
      },
    });
    expect(findUnknownSettings(env)).toHaveLength(10);
    expect(looked.size).toBe(256);
  });
});

describe("the Worker", () => {
  beforeEach(() => {
    vi.spyOn(console, "log").mockImplementation(() => {});
    vi.spyOn(console, "error").mockImplementation(() => {});
    vi.stubGlobal("fetch", async () => new Response(null, { status: 200 }));
  });
  const note = {
    name: "TWO_FACTOR_COUNTRY",
    detail: "is not a setting; did you mean TWO_FACTOR_COUNTRIES?",
  };
  const ask = async (env: object, path = "/health", init: RequestInit = {}) => {
    const request = new Request(`https://worker.example${path}`, init);
    const response = await createWorker().worker.fetch(request, env as Env, { waitUntil: () => {} });
    return { status: response.status, body: await response.json() };
  };
  const doctor = { method: "POST", headers: { authorization: `Bearer ${ADMIN}` } };

  it("names it in /health and in doctor, with or without the workflow", async () => {
    const env = { ...ENV, TWO_FACTOR_COUNTRY: "GB" };
    expect(await ask(env)).toMatchObject({ status: 200, body: { status: "ok", notes: [note] } });
    expect(await ask(env, "/doctor", doctor)).toMatchObject({ status: 200, body: { notes: [note] } });
    expect((await ask(ENV)).body).not.toHaveProperty("notes");
    expect((await ask(ENV, "/doctor", doctor)).body).not.toHaveProperty("notes");
  });

  it("names it beside what is missing, for which it may be meant", async () => {
    const env = { ...ENV, TWO_FACTOR_BRAND: "Acme", TWO_FACTOR_COUNTRY: "GB" };
    const { status, body } = await ask(env);
    expect(status).toBe(503);
    expect(body).toMatchObject({
      missing: expect.arrayContaining(["TWO_FACTOR_COUNTRIES"]),
      notes: [note],
    });
  });
});

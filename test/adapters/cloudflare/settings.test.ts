// The tables of settings: what else is written down about settings must agree with them.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { formatMissing } from "../../../adapters/cli/missing-settings.ts";
import { readEnv } from "../../../adapters/cloudflare/configuration.ts";
import type { Env } from "../../../adapters/cloudflare/env.ts";
import { SETTING_NAMES, SETTINGS } from "../../../adapters/cloudflare/settings/table.ts";
import { SMS_BASE_URL } from "../../../src/two-factor/senders/sender-options.ts";
import { formatBindingComments } from "../../support/settings/wrangler-vars.ts";
import { WRITTEN, writeInto } from "../../support/settings/written.ts";

const namespace: NonNullable<Env["LEDGER"]> = { idFromName: (name) => name, get: () => ({}) };
const MINIMAL: Env = {
  VONAGE_2FA_API_KEY: "abcd1234",
  VONAGE_2FA_API_SECRET: "s",
  PROXY_KEYS_2FA: `shop:${"s".repeat(32)}`,
  LEDGER: namespace,
  CHALLENGES: namespace,
  SEND_LIMITS: namespace,
  INSIGHT: namespace,
  TWO_FACTOR_SECRETS: `c1:${"c".repeat(32)}`,
  TWO_FACTOR_BRAND: "Acme",
  TWO_FACTOR_COUNTRIES: "GB",
  SMS_FROM: "Acme",
};

it.each(Object.keys(WRITTEN))("%s agrees with the table of settings (run: npm run docs:settings)", (file) => {
  const text = readFileSync(file, "utf8");
  expect(text).toBe(writeInto(file, text));
});

it("wrangler.toml says of each binding what the table of settings says", () => {
  const text = readFileSync("wrangler.toml", "utf8");
  const comments = formatBindingComments(SETTINGS);
  const sections = ["[[durable_objects.bindings]]", "[[ratelimits]]"];
  const differing = [...comments].filter(([name, comment]) =>
    sections.every((section) => !text.includes(`${comment}\n${section}\nname = "${name}"\n`)),
  );
  expect(comments.size).toBeGreaterThan(4);
  expect(differing).toEqual([]);
});

describe(".dev.vars.example", () => {
  const lines = readFileSync(".dev.vars.example", "utf8").split("\n");
  const active = Object.fromEntries(
    lines.flatMap((line) =>
      [...line.matchAll(/^(\w+)="(.*)"$/g)].map(([, name = "", value]) => [name, value]),
    ),
  );

  it("is a complete configuration with secrets of one's own", () => {
    const own = Object.entries(active).map(([name, value]) => [
      name,
      value?.replace("replace-with", "made-by-me"),
    ]);
    expect(readEnv({ ...Object.fromEntries(own), LEDGER: namespace })).toHaveProperty("config");
  });

  it("is refused as it stands, for everybody knows its keys", () => {
    const known = ["PROXY_KEYS_2FA", "ADMIN_KEYS", "TOKEN_SECRETS"];
    const detail = "still has the example's value: use openssl rand -hex 32";
    expect(readEnv({ ...active, LEDGER: namespace })).toMatchObject({
      invalid: known.map((name) => ({ name, detail })),
    });
  });

  it("has values that cannot be taken for secrets", () => {
    const examples = Object.values(SETTINGS).flatMap(({ secret }) => (secret ? [secret.example] : []));
    const plain = /replace-with-|^example\d$|^sha256$/;
    expect(examples.length).toBeGreaterThan(10);
    expect(examples.filter((one) => !plain.test(one))).toEqual([]);
  });

  it("has, with wrangler.toml's variables, a description for each field of Cloudflare's deploy button", () => {
    const { cloudflare } = JSON.parse(readFileSync("package.json", "utf8"));
    const [, text = ""] = /^\[vars\]$([\s\S]*?)^\[/m.exec(readFileSync("wrangler.toml", "utf8")) ?? [];
    const variables = [...text.matchAll(/^([A-Z_0-9]+) = /gm)].map(([, name]) => name);
    expect(variables.length).toBeGreaterThan(2);
    const fields = [...Object.keys(active), ...variables];
    expect(Object.keys(cloudflare.bindings).toSorted()).toEqual(fields.toSorted());
  });

  it("is in git, and .dev.vars is not", () => {
    const ignored = readFileSync(".gitignore", "utf8").split("\n");
    expect(ignored).toEqual(expect.arrayContaining([".dev.vars*", "!.dev.vars.example"]));
  });
});

/** Other values of settings that are one of some words. */
const OTHERS: Readonly<Partial<Record<string, string>>> = { INSIGHT_PAUSE: "pumping" };

describe("the default of the documentation is the default:", () => {
  const withDefault = SETTING_NAMES.filter((name) => SETTINGS[name].default !== undefined);
  const read = (env: Env) => JSON.stringify(readEnv(env, {}));

  it.each(withDefault.filter((name) => name !== "VONAGE_REST_BASE_URL"))("the setting %s", (name) => {
    const { default: value = "" } = SETTINGS[name];
    expect(read({ ...MINIMAL, [name]: value })).toBe(read(MINIMAL));
    // Only a setting that is heeded can say anything about its default.
    const other = /^\d+$/.test(value)
      ? String(Number(value) + 1)
      : (OTHERS[name] ?? value.replace(/\w(?=\W|$)/, "5"));
    expect(read({ ...MINIMAL, [name]: other })).not.toBe(read(MINIMAL));
  });

  it("VONAGE_REST_BASE_URL", () => {
    expect(SETTINGS.VONAGE_REST_BASE_URL.default).toBe(SMS_BASE_URL);
  });
});

it.each(SETTING_NAMES)("the command line says how %s is set", (name) => {
  const [line] = formatMissing({ missing: [name], invalid: [] });
  const advice = SETTINGS[name].secret ? `: npx wrangler secret put ${name}` : ": see wrangler.toml";
  expect(line).toBe(`  ${name} is missing${advice}`);
});

it("the command line sends who still has BRAKE_KEY to wrangler.toml", () => {
  const invalid = [{ name: "BRAKE_KEY", detail: "is now called RATE_LIMIT_KEY; rename the binding" }];
  expect(formatMissing({ missing: [], invalid })).toEqual([
    "  BRAKE_KEY is now called RATE_LIMIT_KEY; rename the binding: see wrangler.toml",
  ]);
});

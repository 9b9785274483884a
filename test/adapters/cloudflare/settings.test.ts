// The tables of settings: what else is written down about settings must agree with them.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { formatMissing } from "../../../adapters/cli/missing-settings.ts";
import { type Env, readEnv } from "../../../adapters/cloudflare/env.ts";
import {
  REPORT_SETTINGS,
  SETTING_NAMES,
  SETTINGS,
  WORKFLOW_SETTINGS,
} from "../../../adapters/cloudflare/settings/table.ts";
import { SMS_BASE_URL } from "../../../src/two-factor/senders/sender-options.ts";
import { formatSettings } from "../../support/settings-table.ts";

const namespace: NonNullable<Env["LEDGER"]> = { idFromName: (name) => name, get: () => ({}) };
const MINIMAL: Env = {
  VONAGE_2FA_API_KEY: "abcd1234",
  VONAGE_2FA_API_SECRET: "s",
  PROXY_KEYS_2FA: `shop:${"s".repeat(32)}`,
  LEDGER: namespace,
  CHALLENGES: namespace,
  SEND_LIMITS: namespace,
  TWO_FACTOR_SECRETS: `c1:${"c".repeat(32)}`,
  TWO_FACTOR_BRAND: "Acme",
  TWO_FACTOR_COUNTRIES: "GB",
  SMS_FROM: "Acme",
};

// `npm run docs:settings` writes them.
describe("the documentation lists every setting, as the code has it:", () => {
  it.each([
    ["docs/deploying.md", REPORT_SETTINGS],
    ["docs/two-factor.md", WORKFLOW_SETTINGS],
  ])("%s", (page, settings) => {
    const [, table] = /\n(\| setting \| kind \|[\s\S]*?)\n\n/.exec(readFileSync(page, "utf8")) ?? [];
    expect(table).toBe(formatSettings(settings));
  });
});

describe("the default of the documentation is the default:", () => {
  const withDefault = SETTING_NAMES.filter((name) => SETTINGS[name].default !== undefined);
  const read = (env: Env) => JSON.stringify(readEnv(env, {}));

  it.each(withDefault.filter((name) => name !== "VONAGE_REST_BASE_URL"))("%s", (name) => {
    const { default: value = "" } = SETTINGS[name];
    expect(read({ ...MINIMAL, [name]: value })).toBe(read(MINIMAL));
    // Only a setting that is heeded can say anything about its default.
    const other = /^\d+$/.test(value) ? String(Number(value) + 1) : value.replace(/\w(?=\W|$)/, "5");
    expect(read({ ...MINIMAL, [name]: other })).not.toBe(read(MINIMAL));
  });

  it("VONAGE_REST_BASE_URL", () => {
    expect(SETTINGS.VONAGE_REST_BASE_URL.default).toBe(SMS_BASE_URL);
  });
});

it("wrangler.toml has variables that exist, and none that is a secret", () => {
  const [, vars = ""] = /\n\[vars\]\n([\s\S]*?)\n\[/.exec(readFileSync("wrangler.toml", "utf8")) ?? [];
  const names = [...vars.matchAll(/^(\w+) = /gm)].map(([, name = ""]) => name);
  expect(names.length).toBeGreaterThan(2);
  const variables: string[] = SETTING_NAMES.filter(
    (name) => !SETTINGS[name].secret && !SETTINGS[name].binding,
  );
  expect(names.filter((name) => !variables.includes(name))).toEqual([]);
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

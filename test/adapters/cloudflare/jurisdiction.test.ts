import { describe, expect, it } from "vitest";
import { readEnv } from "../../../adapters/cloudflare/configuration.ts";
import type { Env } from "../../../adapters/cloudflare/env.ts";
import { inJurisdiction } from "../../../adapters/cloudflare/jurisdiction.ts";
import type { ShardNamespace } from "../../../adapters/cloudflare/ledger/settings.ts";
import { createServices } from "../../../adapters/cloudflare/services.ts";

const BASE: Env = {
  VONAGE_2FA_API_KEY: "abcd1234",
  VONAGE_2FA_API_SECRET: "0123456789abcdef",
  PROXY_KEYS_2FA: "shop:0123456789abcdef0123456789abcdef",
};

/** As Cloudflare's: ids of a jurisdiction are others, and unknown jurisdictions are refused. */
function createNamespace(name: string, asked: string[]): ShardNamespace {
  const within = (place: string): ShardNamespace => ({
    idFromName: (id) => `${name} ${place} ${id}`,
    get: (id) => {
      asked.push(id);
      return { nudge: async () => {}, layout: async () => undefined };
    },
    jurisdiction: (wanted) => {
      if (!["eu", "fedramp"].includes(wanted)) throw new TypeError("no such jurisdiction");
      return within(wanted);
    },
  });
  return within("anywhere");
}

function createEnv(more: Partial<Env>) {
  const asked: string[] = [];
  const env: Env = {
    ...BASE,
    LEDGER: createNamespace("ledger", asked),
    CHALLENGES: createNamespace("challenges", asked),
    SEND_LIMITS: createNamespace("limits", asked),
    INSIGHT: createNamespace("insight", asked),
    ...more,
  };
  return { env, asked };
}

async function nudge(env: Env): Promise<void> {
  const services = createServices(env, {});
  if (!("config" in services)) throw new Error("incomplete");
  await services.nudge();
}

describe("LEDGER_JURISDICTION", () => {
  it("puts every object into it, those that the cron wakes as well", async () => {
    const { env, asked } = createEnv({ LEDGER_JURISDICTION: "eu" });
    await nudge(env);
    expect(asked.length).toBeGreaterThanOrEqual(8);
    expect(asked.filter((id) => !id.includes(" eu "))).toEqual([]);
    const { LEDGER, CHALLENGES, SEND_LIMITS, INSIGHT } = inJurisdiction(env);
    const ids = [LEDGER, CHALLENGES, SEND_LIMITS, INSIGHT].map((one) => one?.idFromName("x"));
    expect(ids).toEqual(["ledger eu x", "challenges eu x", "limits eu x", "insight eu x"]);
  });

  it("left out, leaves every object where it was", async () => {
    const { env, asked } = createEnv({});
    await nudge(env);
    expect(asked.filter((id) => !id.includes(" anywhere "))).toEqual([]);
  });

  it.each(["mars", "EU", "e u"])("that Cloudflare does not know (%s) is named", (jurisdiction) => {
    const { env } = createEnv({ LEDGER_JURISDICTION: jurisdiction });
    const read = readEnv(env) as { readonly invalid: readonly { readonly name: string }[] };
    expect(new Set(read.invalid.map(({ name }) => name))).toEqual(new Set(["LEDGER_JURISDICTION"]));
  });

  it("is named where there is nothing that it could hold for, or the platform has none", () => {
    const { env } = createEnv({ LEDGER_JURISDICTION: "eu" });
    const { LEDGER: _, CHALLENGES: __, SEND_LIMITS: ___, INSIGHT: ____, ...bare } = env;
    expect(readEnv(bare)).toMatchObject({ invalid: [{ name: "LEDGER_JURISDICTION" }] });
    const old = { idFromName: () => "", get: () => ({}) };
    expect(readEnv({ ...bare, LEDGER: old })).toMatchObject({ invalid: [{ name: "LEDGER_JURISDICTION" }] });
  });
});

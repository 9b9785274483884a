// The settings of Insight: from the environment to its configuration, or everything that is missing or wrong.

import * as v from "valibot";
import { isPublicHost } from "../../../src/shared/public-host.ts";
import { field, findFaults, integer, oneOf, text } from "../../../src/shared/validation.ts";
import { isNamespace, type ShardNamespace } from "../ledger/settings.ts";
import type { Assembled, OptionTree, SettingFault } from "../settings/assemble.ts";
import { readWebhookSecret } from "./webhook-signature.ts";

export interface InsightSettings {
  /** `undefined`: nothing is counted. */
  readonly namespace: ShardNamespace | undefined;
  /** `undefined`: alarms are logged and listed, and not sent. */
  readonly webhook: { readonly url: string; readonly secrets: readonly string[] } | undefined;
  readonly pause: "off" | "pumping";
  /** Countries (ISO 3166) and networks (MCCMNC) that are never paused. */
  readonly pauseNever: readonly string[];
  /** Seconds from one look at the figures to the next. */
  readonly interval: number;
  /** In euros. */
  readonly dailySpend: number | undefined;
}

/** Used if the settings are wrong: nothing is sent, nothing is paused. */
export const DEFAULT_INSIGHT_SETTINGS: InsightSettings = {
  namespace: undefined,
  webhook: undefined,
  pause: "off",
  pauseNever: [],
  interval: 60,
  dailySpend: undefined,
};

const LONGEST_URL = 2000;
const MOST_SECRETS = 3;

const schema = v.object({
  namespace: v.optional(field<ShardNamespace>("a Durable Object namespace", isNamespace)),
  webhookUrl: v.optional(
    field<string>("a public https URL without user, password and fragment", isWebhookUrl),
  ),
  webhookSecrets: v.optional(
    v.pipe(
      v.array(
        field<string>(
          "whsec_ and the base64 of 24 to 64 bytes",
          (value) => readWebhookSecret(value) !== undefined,
        ),
      ),
      v.check(
        (list) => list.length >= 1 && list.length <= MOST_SECRETS,
        `must be 1 to ${MOST_SECRETS} secrets`,
      ),
    ),
  ),
  pause: v.optional(oneOf<InsightSettings["pause"]>(["off", "pumping"]), "off"),
  pauseNever: v.optional(
    v.pipe(
      v.array(
        text(
          "countries as ISO 3166 codes, such as GB, and networks as MCCMNC, such as 23410",
          /^(?:[A-Z]{2}|\d{4,6})$/,
        ),
      ),
      v.check((list) => list.length >= 1 && list.length <= 300, "must be 1 to 300 countries and networks"),
    ),
  ),
  interval: v.optional(integer(5, 300), DEFAULT_INSIGHT_SETTINGS.interval),
  dailySpend: v.optional(
    field<number>(
      "a number of euros above 0, up to 10000000",
      (value) => typeof value === "number" && value > 0 && value <= 10_000_000,
    ),
  ),
});

/** Checks and completes the settings; gives them with everything that is missing or wrong, by setting. */
export function checkInsightSettings({ options, nameOf, isGiven }: Assembled): {
  readonly settings: InsightSettings;
  readonly faults: readonly SettingFault[];
} {
  const given = (options.insight ?? {}) as OptionTree;
  const { output, faults: wrong = [] } = findFaults(schema, given);
  const faults: SettingFault[] = wrong.map(({ field: path, rule }) => ({
    name: nameOf(`insight.${path}`) ?? path,
    rule,
  }));
  if (isGiven("INSIGHT_WEBHOOK_URL") && !isGiven("INSIGHT_WEBHOOK_SECRET")) {
    faults.push({ name: "INSIGHT_WEBHOOK_SECRET", rule: "is needed beside INSIGHT_WEBHOOK_URL" });
  }
  if (isGiven("INSIGHT_WEBHOOK_SECRET") && !isGiven("INSIGHT_WEBHOOK_URL")) {
    faults.push({ name: "INSIGHT_WEBHOOK_URL", rule: "is needed beside INSIGHT_WEBHOOK_SECRET" });
  }
  const isUsed = given.pause === "pumping" || NEEDS_OBJECT.some(isGiven);
  if (isUsed && !isGiven("INSIGHT")) {
    faults.push({ name: "INSIGHT", rule: "is needed by the other settings of Insight" });
  }
  if (output === undefined) return { settings: DEFAULT_INSIGHT_SETTINGS, faults };
  const { webhookUrl, webhookSecrets, ...rest } = output;
  return {
    settings: {
      ...rest,
      namespace: rest.namespace,
      pauseNever: rest.pauseNever ?? [],
      dailySpend: rest.dailySpend,
      webhook: webhookUrl && webhookSecrets ? { url: webhookUrl, secrets: webhookSecrets } : undefined,
    },
    faults,
  };
}

const NEEDS_OBJECT = ["INSIGHT_WEBHOOK_URL", "INSIGHT_WEBHOOK_SECRET", "INSIGHT_DAILY_SPEND"];

function isWebhookUrl(value: unknown): boolean {
  if (typeof value !== "string" || value.length > LONGEST_URL || !URL.canParse(value)) return false;
  const { protocol, username, password, hash, hostname } = new URL(value);
  return protocol === "https:" && !username && !password && !hash && isPublicHost(hostname);
}

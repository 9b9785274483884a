// Finds settings that are valid, but cannot do their job, as far as past webhooks show. Plain data in and out.

import type { TwoFactorConfig } from "./options.ts";
import { isServed } from "./served-numbers.ts";
import type { WebhookSighting } from "./webhook-record.ts";

/** A setting to check. `detail` completes a sentence that begins with its name. */
export interface SetupNote {
  readonly name: string;
  readonly detail: string;
}

/** The senders in the settings' own words; `null`: nothing is sent by that channel. */
export interface WorkflowSetup {
  readonly sms: {
    /** The sender for countries without their own; `null`: there is none, or the operator's own code sends. */
    readonly from: string | null;
    readonly fromByCountry: Readonly<Record<string, string>>;
    readonly shortCodeCountries: readonly string[];
  } | null;
  readonly voice: { readonly from: string | null } | null;
}

/** @param sightings `undefined`: the record of webhooks cannot be read now, so there are no notes about them. */
export function findSetupNotes(
  {
    countries,
    webhooks,
    cooldown,
    lifetime,
  }: Pick<TwoFactorConfig, "countries" | "webhooks" | "cooldown" | "lifetime">,
  { sms }: WorkflowSetup,
  sightings: readonly WebhookSighting[] | undefined,
): SetupNote[] {
  return [
    ...(sightings === undefined ? [] : noteWebhooks(webhooks, sightings)),
    ...(sms === null ? [] : noteTexts(sms, countries)),
    ...(cooldown < lifetime ? [] : [NO_RESEND]),
  ];
}

function noteWebhooks(
  trust: TwoFactorConfig["webhooks"],
  sightings: readonly WebhookSighting[],
): SetupNote[] {
  const came = (...outcomes: readonly string[]) =>
    sightings.some(({ outcome }) => outcomes.includes(outcome));
  if (trust === undefined) {
    const detail =
      "is not set, so receipts and replies are refused. Ask Vonage support to sign webhooks, or set WEBHOOK_UNSIGNED to accept";
    return [{ name: "WEBHOOK_SIGNATURE_SECRET", detail }];
  }
  const name = trust.unsigned ? "WEBHOOK_UNSIGNED" : "WEBHOOK_SIGNATURE_SECRET";
  // An account may be switched at any time, so the last webhook counts.
  if (lastOf(sightings, "messages_api") > lastOf(sightings, "verified", "believed")) {
    const since = came("verified", "believed") ? " since the last one in the shape of the SMS API" : "";
    const detail =
      `is set, but webhooks arrive in the shape of the Messages API${since}. In Vonage's dashboard, API settings, set ` +
      "the default SMS setting to SMS API";
    return [{ name, detail }];
  }
  if (trust.unsigned) {
    const detail = `is set, but no webhook has ever arrived. ${POINT_THEM}`;
    return came("believed") ? [] : [{ name, detail }];
  }
  if (came("verified")) return [];
  if (came("unsigned")) {
    const detail =
      "is set, but webhooks arrive unsigned, and none has ever been verified. Ask Vonage support to sign this account's webhooks";
    return [{ name, detail }];
  }
  if (came("forged", "stale")) {
    const detail =
      "is set, but webhooks arrive with other signatures, and none has ever been verified. Compare it and " +
      "WEBHOOK_SIGNATURE_METHOD with the account's settings";
    return [{ name, detail }];
  }
  return [{ name, detail: `is set, but no webhook has ever been verified with it. ${POINT_THEM}` }];
}

/** When the last webhook with one of these outcomes came, epoch milliseconds; before all others if none did. */
const lastOf = (sightings: readonly WebhookSighting[], ...outcomes: readonly string[]) =>
  Math.max(
    Number.NEGATIVE_INFINITY,
    ...sightings.filter(({ outcome }) => outcomes.includes(outcome)).map(({ lastAt }) => lastAt),
  );

const POINT_THEM =
  "In Vonage's dashboard, API settings, point delivery receipts to /webhooks/delivery-receipt and inbound messages to " +
  "/webhooks/inbound-sms";

/** An expired challenge sends no further message. */
const NO_RESEND: SetupNote = {
  name: "TWO_FACTOR_COOLDOWN_S",
  detail: "is not shorter than TWO_FACTOR_LIFETIME_S, so a challenge can never send a second code",
};

/** Countries where phones accept texts from numbers only. */
const NUMBERS_ONLY = ["US", "CA"];

function noteTexts(
  { from, fromByCountry, shortCodeCountries }: NonNullable<WorkflowSetup["sms"]>,
  countries: readonly string[],
): SetupNote[] {
  const notes: SetupNote[] = [];
  const note = (name: string, list: readonly string[], detail: (codes: string) => string) => {
    if (list.length > 0) notes.push({ name, detail: detail(list.join(" and ")) });
  };
  const exceptions = Object.keys(fromByCountry);
  const senderOf = (country: string) => fromByCountry[country] ?? from;
  const unserved = (list: readonly string[]) => list.filter((country) => !isServed(countries, country));
  note("SHORT_CODE_COUNTRIES", unserved(shortCodeCountries), (codes) => `names ${codes}, ${NOT_SERVED}`);
  note("SMS_FROM", unserved(exceptions), (codes) => `has a sender for ${codes}, ${NOT_SERVED}`);
  const named = NUMBERS_ONLY.filter(
    (country) =>
      isServed(countries, country) &&
      !shortCodeCountries.includes(country) &&
      /[^\d]/.test(senderOf(country) ?? ""),
  );
  note(
    "SMS_FROM",
    named,
    (codes) =>
      `is a name in ${codes}, where phones accept texts from numbers only. Add one: ${named[0]}=12015550100`,
  );
  // The operator's own sender has neither.
  const reached = [...exceptions, ...shortCodeCountries];
  if (from === null && reached.length > 0) {
    const others = countries.filter((one) => !one.startsWith("-") && !reached.includes(one));
    note(
      "SMS_FROM",
      others,
      (codes) =>
        `has no sender for ${countries.includes("*") ? "other countries" : codes}, which get no texts`,
    );
  }
  return notes;
}

const NOT_SERVED = "which TWO_FACTOR_COUNTRIES does not serve";

// What is set, and yet cannot do what it is there for, as far as it shows from what has happened. Plain data in and out.

import type { TwoFactorConfig } from "./options.ts";
import type { WebhookSighting } from "./webhook-record.ts";

/** A setting to look at, and a sentence that says why. */
export interface SetupNote {
  readonly name: string;
  readonly detail: string;
}

/** What the workflow sends with, as the settings say it; `null`: nothing is sent by that channel. */
export interface WorkflowSetup {
  readonly sms: {
    /** To all countries that have no other; `null`: to none, or by a sender of the operator's own. */
    readonly from: string | null;
    readonly fromByCountry: Readonly<Record<string, string>>;
    readonly shortCodeCountries: readonly string[];
  } | null;
  readonly voice: { readonly from: string | null } | null;
}

/**
 * Finds what to look at.
 *
 * @param sightings `undefined`: webhooks cannot be told now, and nothing is said of them.
 */
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
    ...(sightings === undefined ? [] : ofWebhooks(webhooks, sightings)),
    ...(sms === null ? [] : ofTexts(sms, countries)),
    ...(cooldown < lifetime ? [] : [NO_RESEND]),
  ];
}

function ofWebhooks(trust: TwoFactorConfig["webhooks"], sightings: readonly WebhookSighting[]): SetupNote[] {
  const came = (...outcomes: readonly string[]) =>
    sightings.some(({ outcome }) => outcomes.includes(outcome));
  if (trust === undefined) {
    const detail =
      "is not set, so receipts and replies are refused. Ask Vonage support to sign webhooks, or set WEBHOOK_UNSIGNED to accept";
    return [{ name: "WEBHOOK_SIGNATURE_SECRET", detail }];
  }
  const name = trust.unsigned ? "WEBHOOK_UNSIGNED" : "WEBHOOK_SIGNATURE_SECRET";
  // An account may be switched at any time: what counts is what came last.
  if (lastOf(sightings, "messages_api") > lastOf(sightings, "verified", "believed")) {
    const since = came("verified", "believed") ? " since the last one of the SMS API" : "";
    const detail =
      `is set, but webhooks come in the shape of the Messages API${since}. In Vonage's dashboard, API settings, set ` +
      "the default SMS setting to SMS API";
    return [{ name, detail }];
  }
  if (trust.unsigned) {
    const detail = `is set, but no webhook has ever come. ${POINT_THEM}`;
    return came("believed") ? [] : [{ name, detail }];
  }
  if (came("verified")) return [];
  if (came("unsigned")) {
    const detail =
      "is set, but webhooks come unsigned, and none has ever verified. Ask Vonage support to sign webhooks of this account";
    return [{ name, detail }];
  }
  if (came("forged", "stale")) {
    const detail =
      "is set, but webhooks come with another signature, and none has ever verified. Compare it, and " +
      "WEBHOOK_SIGNATURE_METHOD, with the account's settings";
    return [{ name, detail }];
  }
  return [{ name, detail: `is set, but no webhook has ever verified with it. ${POINT_THEM}` }];
}

/** Epoch milliseconds; of what never came, before all that did. */
const lastOf = (sightings: readonly WebhookSighting[], ...outcomes: readonly string[]) =>
  Math.max(
    Number.NEGATIVE_INFINITY,
    ...sightings.filter(({ outcome }) => outcomes.includes(outcome)).map(({ lastAt }) => lastAt),
  );

const POINT_THEM =
  "In Vonage's dashboard, API settings, point delivery receipts at /webhooks/delivery-receipt and inbound messages at " +
  "/webhooks/inbound-sms";

/** A challenge that has expired sends nothing more. */
const NO_RESEND: SetupNote = {
  name: "TWO_FACTOR_COOLDOWN_S",
  detail: "is not shorter than TWO_FACTOR_LIFETIME_S, so no code can ever be sent again",
};

/** Where phones take texts from numbers only. */
const NUMBERS_ONLY = ["US", "CA"];

function ofTexts(
  { from, fromByCountry, shortCodeCountries }: NonNullable<WorkflowSetup["sms"]>,
  countries: readonly string[],
): SetupNote[] {
  const notes: SetupNote[] = [];
  const note = (name: string, list: readonly string[], detail: (codes: string) => string) => {
    if (list.length > 0) notes.push({ name, detail: detail(list.join(" and ")) });
  };
  const isServed = (country: string) =>
    !countries.includes(`-${country}`) && (countries.includes("*") || countries.includes(country));
  const exceptions = Object.keys(fromByCountry);
  const senderOf = (country: string) => fromByCountry[country] ?? from;
  const unserved = (list: readonly string[]) => list.filter((country) => !isServed(country));
  note("SHORT_CODE_COUNTRIES", unserved(shortCodeCountries), (codes) => `names ${codes}, ${NOT_SERVED}`);
  note("SMS_FROM", unserved(exceptions), (codes) => `has a sender for ${codes}, ${NOT_SERVED}`);
  const named = NUMBERS_ONLY.filter(
    (country) =>
      isServed(country) && !shortCodeCountries.includes(country) && /[^\d]/.test(senderOf(country) ?? ""),
  );
  note(
    "SMS_FROM",
    named,
    (codes) =>
      `is a name in ${codes}, where phones take texts from numbers only. Add one: ${named[0]}=12015550100`,
  );
  // A sender of the operator's own has neither.
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

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
  /** `from`: `null` where a sender of the operator's own sends. */
  readonly sms: { readonly from: string | null; readonly shortCodeCountries: readonly string[] } | null;
  readonly voice: { readonly from: string | null } | null;
}

/**
 * Finds what to look at.
 *
 * @param sightings `undefined`: webhooks cannot be told now, and nothing is said of them.
 */
export function findSetupNotes(
  { countries, webhooks }: Pick<TwoFactorConfig, "countries" | "webhooks">,
  { sms }: WorkflowSetup,
  sightings: readonly WebhookSighting[] | undefined,
): SetupNote[] {
  return [
    ...(sightings === undefined ? [] : ofWebhooks(webhooks, sightings)),
    ...(sms === null ? [] : ofShortCode(sms, countries)),
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
  if (came("messages_api") && !came("verified", "believed")) {
    const detail =
      "is set, but webhooks come in the shape of the Messages API. In Vonage's dashboard, API settings, set the " +
      "default SMS setting to SMS API";
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

const POINT_THEM =
  "In Vonage's dashboard, API settings, point delivery receipts at /webhooks/delivery-receipt and inbound messages at " +
  "/webhooks/inbound-sms";

function ofShortCode(
  { from, shortCodeCountries }: NonNullable<WorkflowSetup["sms"]>,
  countries: readonly string[],
): SetupNote[] {
  const isServed = (country: string) =>
    !countries.includes(`-${country}`) && (countries.includes("*") || countries.includes(country));
  const unserved = shortCodeCountries.filter((country) => !isServed(country));
  const others = countries.filter((one) => !one.startsWith("-") && !shortCodeCountries.includes(one));
  const notes: SetupNote[] = [];
  if (unserved.length > 0) {
    const detail = `names ${unserved.join(" and ")}, which TWO_FACTOR_COUNTRIES does not serve`;
    notes.push({ name: "SHORT_CODE_COUNTRIES", detail });
  }
  if (from === null && shortCodeCountries.length > 0 && others.length > 0) {
    const detail = `is not set, so only ${shortCodeCountries.join(" and ")} get texts, and no other country does`;
    notes.push({ name: "SMS_FROM", detail });
  }
  return notes;
}

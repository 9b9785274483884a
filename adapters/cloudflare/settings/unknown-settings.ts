// Finds variables that look like settings and are none: a misspelt setting has no effect, and nothing else reports it.

import { measureDistance } from "../../../src/shared/edit-distance.ts";
import type { SetupNote } from "../../http/two-factor/setup-notes.ts";
import { RENAMED_SETTINGS } from "./renamed.ts";
import { SETTING_NAMES } from "./table.ts";

/** A variable with such a prefix is meant for this Worker. */
const PREFIX =
  /^(?:TWO_FACTOR|VONAGE|LEDGER|SMS|SHORT_CODE|VOICE|WEBHOOKS?|PROXY_KEYS?|ADMIN_KEYS?|TOKEN|RATE_LIMITS?|BRAKE|SEND_LIMITS?|INSIGHT)_/;
/** Of the bindings, only rate limits are looked at: the operator may have any others. */
const BINDING_PREFIX = /^(?:RATE_LIMITS?|BRAKE)_/;

/** More of them probably belong to another program, and the answer of `/health` must stay short. */
const MOST_NOTES = 10;
/** Cloudflare allows a Worker 128 variables. */
const MOST_VARIABLES = 256;
const LONGEST_NAME = 64;
/** The distance up to which a name without a prefix is reported: it may be the operator's own variable. */
const NEAR = 2;
const SHORTEST_NEAR = 8;

/**
 * Finds variables that look like settings and are none. The notes contain names, never values.
 *
 * @param hasOwnSenders The operator's own senders may have variables such as `SMS_GATEWAY_URL`. If there are any, only
 * names that almost match a setting are reported.
 */
export function findUnknownSettings(
  env: Readonly<Record<string, unknown>>,
  hasOwnSenders = false,
): SetupNote[] {
  const known: ReadonlySet<string> = new Set([...SETTING_NAMES, ...Object.keys(RENAMED_SETTINGS)]);
  return Object.keys(env)
    .slice(0, MOST_VARIABLES)
    .filter((name) => !known.has(name) && env[name] !== "" && env[name] != null)
    .flatMap((name) => toNote(name, typeof env[name] === "object" ? BINDING_PREFIX : PREFIX, hasOwnSenders))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .slice(0, MOST_NOTES);
}

function toNote(given: string, prefix: RegExp, onlyNear: boolean): SetupNote[] {
  const name = given.slice(0, LONGEST_NAME).replace(/[^\w.-]/g, "?");
  const written = name.toUpperCase().replaceAll("-", "_");
  const hasPrefix = prefix.test(written);
  const { setting, distance } = findNearest(written);
  const isNear = distance <= NEAR && name.length >= SHORTEST_NEAR;
  if (!isNear && (onlyNear || !hasPrefix)) return [];
  const isMeant = isNear || distance <= Math.ceil(name.length / 4);
  return [{ name, detail: `is not a setting${isMeant ? `; did you mean ${setting}?` : ""}` }];
}

function findNearest(name: string): { readonly setting: string; readonly distance: number } {
  const distances = SETTING_NAMES.map((setting) => ({ setting, distance: measureDistance(name, setting) }));
  return distances.reduce((best, one) => (one.distance < best.distance ? one : best));
}

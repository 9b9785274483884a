// The words of the alarms: what happened, with its figures, and the next step.

import type { AlarmCause } from "../answer.ts";
import { toInterval } from "../share.ts";
import { parseScopeKey } from "./scope.ts";

/** Names a scope, such as `GB network 234-10 (SMS)`. */
export function nameScope(key: string): string {
  const { traffic, channel, country, network } = parseScopeKey(key);
  if (traffic === undefined) return "all traffic";
  const kind = `${traffic === "2fa" ? "" : "other "}${channel === "voice" ? "calls" : "SMS"}`;
  if (country === undefined) return `${kind} in all countries`;
  const place = country === "ZZ" ? "an unknown country" : country;
  if (network === undefined) return `${kind} to ${place}`;
  return `${kind} to ${place}, ${network === "" ? "unknown network" : `network ${network.slice(0, 3)}-${network.slice(3)}`}`;
}

/** Writes `31 of 90 (34 %, 26–45)`. */
export function writeShare(count: number, of: number): string {
  const { low, high } = toInterval(count, of);
  return `${count} of ${of} (${percent(count / of)} %, ${percent(low)}–${percent(high)})`;
}

export const percent = (share: number): number => Math.round(share * 100);

export const euros = (price: number): string => `${(price / 1e8).toFixed(2)} EUR`;

/** The reason why conversion fell, as the end of a sentence. */
export const EXPLANATIONS: Readonly<
  Record<"outage" | "false-receipts" | "pumping" | "own-page" | "unknown", string>
> = {
  outage: "and receipts say so too: the route is down",
  "false-receipts": "while receipts still say delivered: the receipts are false",
  pumping: "with more messages than usual: codes are requested for numbers whose users never reply (pumping)",
  "own-page": "everywhere at once: your own page or its reports are the likely cause",
  unknown: "and there are no receipts that could tell why",
};

export const NEXT_STEPS: Readonly<Record<Exclude<AlarmCause, "spending" | "new-traffic">, string>> = {
  outage:
    "Send codes to this segment by another channel, and ask Vonage support to route around the network.",
  "false-receipts":
    "Ask Vonage support to exclude this carrier, with the figures above, and offer users a call meanwhile.",
  pumping:
    "Limit or block the country in the workflow's settings, put a captcha before the form, and set INSIGHT_PAUSE=pumping to stop such floods at once.",
  "own-page":
    "Try to sign in by yourself, and look at your last deployment: the form, the check of codes, and the reporting of conversions.",
  "slow-reporting":
    "See which reports wait and why, with `vonage-conversion stats` and `vonage-conversion doctor`, and let them through.",
  unknown:
    "Send a test message to a number in this segment, and switch delivery receipts on: they tell the cause.",
};

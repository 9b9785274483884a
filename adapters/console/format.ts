// Formats figures and names.

import type { PartialSegment, Share } from "../../src/insight/answer.ts";

const whole = new Intl.NumberFormat("en");
const regions = new Intl.DisplayNames(["en"], { type: "region" });

export const toCount = (value: number): string => whole.format(value);

export const toPercent = (share: number): string => `${toPoints(share)}\u00a0%`;

/** Writes a share with its counts: `41 of 70 (59 %, 47–69)`. Small samples get counts only. */
export function toShareText({ count, of, share, low, high }: Share): string {
  const counts = `${toCount(count)} of ${toCount(of)}`;
  if (share === null || low === null || high === null) return counts;
  return `${counts} (${toPercent(share)}, ${toPoints(low)}–${toPoints(high)})`;
}

/** Rounds to whole points, but never up to 100 or down to 0. */
function toPoints(share: number): number {
  const rounded = Math.round(share * 100);
  if (rounded === 100 && share < 1) return Math.min(99.9, Math.round(share * 1000) / 10);
  if (rounded === 0 && share > 0) return Math.max(0.1, Math.round(share * 1000) / 10);
  return rounded;
}

export const toEuros = (value: number): string =>
  new Intl.NumberFormat("en", {
    style: "currency",
    currency: "EUR",
    maximumFractionDigits: value < 1 ? 4 : 2,
  }).format(value);

/** Writes seconds: `9.5 s`, `2 min`, `3 h`. */
export function toDuration(seconds: number): string {
  if (seconds < 60) return `${Number(seconds.toPrecision(2))}\u00a0s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)}\u00a0min`;
  return `${Math.round(seconds / 3600)}\u00a0h`;
}

/** Writes how long ago an instant was: `4 min ago`. */
export function toAge(iso: string, now: number): string {
  const seconds = Math.max(0, (now - Date.parse(iso)) / 1000);
  return seconds < 60 ? "just now" : `${toDuration(seconds)} ago`;
}

/** Writes an instant in the reader's time zone, with the day where `withDay`. */
export function toTime(iso: string, withDay: boolean): string {
  return new Date(iso).toLocaleString(undefined, {
    ...(withDay && { weekday: "short", day: "numeric", month: "short" }),
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  });
}

/** Names a country by its ISO 3166 code. */
export function toCountryName(code: string): string {
  if (code === "ZZ" || code === "") return "Unknown country";
  try {
    return regions.of(code) ?? code;
  } catch {
    return code;
  }
}

/** Writes an MCCMNC as networks are listed: `234-10`. */
export function toNetworkName(network: string): string {
  return network === "" ? "network unknown" : `${network.slice(0, 3)}\u2011${network.slice(3)}`;
}

const CHANNELS: Readonly<Record<string, string>> = { sms: "SMS", voice: "voice" };

/** Names a segment: `United Kingdom 234-10, SMS`. An empty one is everything. */
export function toSegmentName({ traffic, channel, country, network }: PartialSegment): string {
  if (country === "ZZ" && network === "")
    return toSegmentName({ ...(traffic && { traffic }), ...(channel && { channel }), country });
  const place = [
    ...(country === undefined ? [] : [toCountryName(country)]),
    ...(network === undefined ? [] : [toNetworkName(network)]),
  ].join(" ");
  const parts = [
    ...(place === "" ? [] : [place]),
    ...(channel === undefined ? [] : [CHANNELS[channel] ?? channel]),
    ...(traffic === undefined || traffic === "2fa" ? [] : [`${traffic} traffic`]),
  ];
  return parts.length === 0 ? "All traffic" : parts.join(", ");
}

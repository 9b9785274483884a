// Converts the two time formats of webhooks to epoch milliseconds. Both are in UTC unless they have an offset.

import { parseTimestamp } from "../wire/timestamp.ts";

const SCTS = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?$/;
const MESSAGE_TIMESTAMP =
  /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d{1,9})? ?(?:Z|([+-])(\d\d):?(\d\d))?$/;

/** Reads `scts`, a carrier's `YYMMDDHHMM`, to which some carriers add seconds. `undefined` for anything else. */
export function parseScts(text: string): number | undefined {
  const [, year, month, day, hour, minute, second = "00"] = SCTS.exec(text) ?? [];
  return parseTimestamp(`20${year}-${month}-${day} ${hour}:${minute}:${second}`);
}

/**
 * Reads `message-timestamp`: `yyyy-MM-dd HH:mm:ss`, optionally with a "T", a fraction or an offset, since the examples
 * in Vonage's references differ. `undefined` for anything else.
 */
export function parseMessageTimestamp(text: string): number | undefined {
  const [, day, time, sign, hours = "0", minutes = "0"] = MESSAGE_TIMESTAMP.exec(text) ?? [];
  const instant = parseTimestamp(`${day} ${time}`);
  if (instant === undefined) return undefined;
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return sign === "-" ? instant + offset : instant - offset;
}

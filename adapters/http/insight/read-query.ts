// Reads the questions of `GET /insight` and `GET /insight/alarms` from their URLs, and names everything that is wrong.

import * as v from "valibot";
import type { Dimension } from "../../../src/insight/answer.ts";
import { DIMENSIONS } from "../../../src/insight/partial-segment.ts";
import type { InsightQuery } from "../../../src/insight/query.ts";
import { field, objectOf, oneOf, text } from "../../../src/shared/validation.ts";
import { CHANNELS, TRAFFICS } from "../../../src/wire/report.ts";
import { parseQuery } from "../../../src/wire/request-parameters.ts";
import { readFields } from "../fields.ts";
import type { AlarmQuery } from "../ports/insight.ts";
import type { Refusal } from "../refusal.ts";

/** Everything that is wrong with a query. */
type InvalidQuery = Extract<Refusal, { readonly reason: "invalid_parameters" }>;

const DAY_MS = 24 * 3_600_000;
const LONGEST_MS = 2 * 366 * DAY_MS;

/** A day, an instant with a time zone (a reader in another one would get another period), or epoch seconds. */
const INSTANT = /^(?:\d{1,11}|\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?)$/;

const toInstant = (given: string): number =>
  /^\d{1,11}$/.test(given) ? Number(given) * 1000 : Date.parse(given);

const instant = v.pipe(
  field<string>(
    "ISO 8601 with a time zone, such as 2026-11-24T12:00:00Z, or epoch seconds",
    (value) => typeof value === "string" && INSTANT.test(value) && !Number.isNaN(toInstant(value)),
    INSTANT,
  ),
  v.transform(toInstant),
);

const toDimensions = (given: string): readonly Dimension[] =>
  given.split(",").flatMap((name) => DIMENSIONS.find((dimension) => dimension === name) ?? []);

const BY = new RegExp(`^(?:${DIMENSIONS.join("|")})(?:,(?:${DIMENSIONS.join("|")}))*$`);

const dimensions = v.pipe(
  field<string>(
    `some of ${DIMENSIONS.join(",")}, each once`,
    (value) => typeof value === "string" && BY.test(value) && isUnique(value.split(",")),
    BY,
  ),
  v.transform(toDimensions),
);

const isUnique = (names: readonly string[]): boolean => new Set(names).size === names.length;

/** The rules of `GET /insight`. */
export const insightQuerySchema = objectOf({
  from: v.optional(instant),
  to: v.optional(instant),
  by: v.optional(dimensions, "country,network,channel"),
  traffic: v.optional(oneOf(TRAFFICS)),
  channel: v.optional(oneOf(CHANNELS)),
  country: v.optional(
    text("an ISO 3166 code in capitals, such as GB, or ZZ for unknown countries", /^[A-Z]{2}$/),
  ),
  network: v.optional(text("an MCCMNC, such as 23410, or empty for unknown networks", /^(?:\d{4,6})?$/)),
  series: v.optional(oneOf(["0", "1"]), "0"),
});

/** The rules of `GET /insight/alarms`. */
export const alarmQuerySchema = objectOf({
  state: v.optional(oneOf<AlarmQuery["state"]>(["open", "all"]), "open"),
  since: v.optional(instant, "0"),
});

/** @param now Epoch milliseconds. */
export function readInsightQuery(url: string, now: number): InsightQuery | InvalidQuery {
  const { output, errors } = readFields(parseQuery(url), insightQuerySchema, [], new Set());
  if (errors !== undefined) return { reason: "invalid_parameters", errors };
  const { to = now, from = to - DAY_MS, by, series, traffic, channel, country, network } = output;
  if (to <= from) return refuse("to", "must be later than from");
  if (to - from > LONGEST_MS) return refuse("from", "must be at most two years before to");
  const filter = {
    ...(traffic !== undefined && { traffic }),
    ...(channel !== undefined && { channel }),
    ...(country !== undefined && { country }),
    ...(network !== undefined && { network }),
  };
  return { from, to, by, filter, series: series === "1" };
}

export function readAlarmQuery(url: string): AlarmQuery | InvalidQuery {
  const { output, errors } = readFields(parseQuery(url), alarmQuerySchema, [], new Set());
  return output ?? { reason: "invalid_parameters", errors };
}

const refuse = (parameter: string, detail: string): InvalidQuery => ({
  reason: "invalid_parameters",
  errors: [{ parameter, detail }],
});

// Counters since the object's first day, for `GET /metrics`. Prometheus takes a counter that falls for one that was
// reset, and ours fall: a late `true` takes a message from `notConverted`. So what was added and what was taken back are
// counted apart, and both only rise.

import type { Counts } from "../../../src/insight/counts.ts";
import {
  MAX_SEGMENTS,
  otherSegment,
  parseSegmentKey,
  type Segment,
  toSegmentKey,
} from "../../../src/insight/segment.ts";
import type { MetricsSnapshot } from "../../http/ports/insight.ts";
import type { Cells, CounterNames } from "./cells-text.ts";
import { formatCells, parseCells } from "./cells-text.ts";
import type { Singles } from "./singles.ts";

/** Marks the name of a counter of what was taken back. */
const TAKEN_BACK = "-";
/** These are kept by country: a message that gets another network would otherwise leave its histogram bucket. */
const BY_COUNTRY = /^(?:ttc|lag)\.|^price/;

export type Totals = ReturnType<typeof createTotals>;

export function createTotals(singles: Singles, names: CounterNames) {
  const totals = {
    add(differences: Cells, now: number): void {
      const cells = read(now);
      const byCountry: Cells = new Map();
      for (const [key, counts] of differences) {
        const segment = parseSegmentKey(key);
        if (segment === undefined) continue;
        const { country, rest } = split(counts);
        sum(byCountry, toCountryKey(segment), country);
        const isKnown = cells.has(key) || countSegments(cells) < MAX_SEGMENTS;
        sum(cells, isKnown ? key : toSegmentKey(otherSegment(segment)), rest);
      }
      for (const [key, counts] of byCountry) {
        sum(cells, key, Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)));
      }
      singles.write("totals", formatCells(cells, names));
    },

    read(now: number): Pick<MetricsSnapshot, "segments" | "countries"> {
      const segments: MetricsSnapshot["segments"][number][] = [];
      const countries: MetricsSnapshot["countries"][number][] = [];
      for (const [key, counts] of read(now)) {
        const segment = parseSegmentKey(key);
        if (segment !== undefined) {
          segments.push({ segment, ...separate(counts) });
          continue;
        }
        const place = parseSegmentKey(`${key}/`);
        if (place === undefined) continue;
        const { traffic, channel, country } = place;
        countries.push({ traffic, channel, country, counts });
      }
      return { segments, countries };
    },
  };
  return totals;

  function read(now: number): Cells {
    const text = singles.read("totals");
    if (text === undefined) return new Map();
    const cells = parseCells(text, names);
    if (cells === undefined) singles.quarantine("totals", now);
    return cells ?? new Map();
  }
}

const toCountryKey = ({ traffic, channel, country }: Segment): string => `${traffic}/${channel}/${country}`;

const countSegments = (cells: Cells): number =>
  [...cells.keys()].filter((key) => key.split("/").length === 4).length;

function split(counts: Counts): { readonly country: Counts; readonly rest: Counts } {
  const country: Record<string, number> = {};
  const rest: Record<string, number> = {};
  for (const [name, count] of Object.entries(counts)) {
    if (BY_COUNTRY.test(name)) country[name] = count;
    else if (count > 0) rest[name] = count;
    else rest[TAKEN_BACK + name] = -count;
  }
  return { country, rest };
}

function separate(counts: Counts): { readonly added: Counts; readonly takenBack: Counts } {
  const entries = Object.entries(counts);
  return {
    added: Object.fromEntries(entries.filter(([name]) => !name.startsWith(TAKEN_BACK))),
    takenBack: Object.fromEntries(
      entries.flatMap(([name, count]) =>
        name.startsWith(TAKEN_BACK) ? [[name.slice(TAKEN_BACK.length), count]] : [],
      ),
    ),
  };
}

function sum(cells: Cells, key: string, counts: Counts): void {
  const sums: Record<string, number> = { ...cells.get(key) };
  for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
  if (Object.keys(sums).length > 0) cells.set(key, sums);
}

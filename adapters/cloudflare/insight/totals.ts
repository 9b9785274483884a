// Counters since the object's first day, for `GET /metrics`. Prometheus takes a counter that falls for one that was
// reset, and ours fall: a late `true` takes a message from `notConverted`. So what was added and what was taken back are
// counted apart, and both only rise.

import { addCounts, type Counts, isEmpty } from "../../../src/insight/counts.ts";
import {
  MAX_SEGMENTS,
  otherSegment,
  parseSegmentKey,
  type Segment,
  toSegmentKey,
} from "../../../src/insight/segment.ts";
import type { MetricsSnapshot } from "../../http/ports/insight.ts";
import {
  type Cells,
  type CellsRow,
  type CounterNames,
  formatCounts,
  parseRow,
  toCounts,
} from "./cells-text.ts";
import type { Singles } from "./singles.ts";

/** Marks the name of a counter of what was taken back. */
const TAKEN_BACK = "-";
/** These are kept by country: a message that gets another network would otherwise leave its histogram bucket. */
const BY_COUNTRY = /^(?:ttc|lag)\.|^price/;

export type Totals = ReturnType<typeof createTotals>;

export function createTotals(singles: Singles, names: CounterNames) {
  return {
    add(differences: Cells, now: number): void {
      const row = read(now);
      let segments = countSegments(row);
      const byCountry: Cells = new Map();
      for (const [key, counts] of differences) {
        const segment = parseSegmentKey(key);
        if (segment === undefined) continue;
        const { country, rest } = split(counts);
        sum(byCountry, toCountryKey(segment), country);
        const isNew = row[key] === undefined;
        const isOwn = !isNew || segments < MAX_SEGMENTS;
        if (isNew && isOwn) segments += 1;
        addTo(row, isOwn ? key : toSegmentKey(otherSegment(segment)), rest);
      }
      for (const [key, counts] of byCountry) {
        addTo(row, key, Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)));
      }
      singles.write("totals", JSON.stringify(row));
    },

    read(now: number): Pick<MetricsSnapshot, "segments" | "countries"> {
      const segments: MetricsSnapshot["segments"][number][] = [];
      const countries: MetricsSnapshot["countries"][number][] = [];
      for (const [key, pairs] of Object.entries(read(now))) {
        const counts = toCounts(pairs, 0, names);
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

  function read(now: number): CellsRow {
    const text = singles.read("totals");
    if (text === undefined) return {};
    const row = parseRow(text, names);
    if (row === undefined) singles.quarantine("totals", now);
    return row ?? {};
  }

  function addTo(row: CellsRow, key: string, counts: Counts): void {
    const sums = addCounts(toCounts(row[key] ?? [], 0, names), counts);
    if (!isEmpty(sums)) row[key] = formatCounts(sums, names);
  }
}

const toCountryKey = ({ traffic, channel, country }: Segment): string => `${traffic}/${channel}/${country}`;

/** The keys of countries have one part less. */
const countSegments = (row: CellsRow): number =>
  Object.keys(row).filter((key) => key.split("/").length === 4).length;

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
  cells.set(key, addCounts(cells.get(key) ?? {}, counts));
}

// The counters of a Worker that was just killed, read from the SQLite files of its objects, beside a recount of the
// ledger's rows.

import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DAYS, FIVE_MINUTES, HOURS, type Level } from "../../../adapters/cloudflare/insight/roll-ups.ts";
import { createInsightStore } from "../../../adapters/cloudflare/insight/store.ts";
import { type Cell, mergeCells } from "../../../src/insight/cell.ts";
import { contributionOf, toCountedMessage } from "../../../src/insight/contribution.ts";
import type { Counts } from "../../../src/insight/counts.ts";
import { parseSegmentKey, toSegmentKey } from "../../../src/insight/segment.ts";
import { parseRow, type Row } from "../../../src/ledger/row.ts";
import { createFileSql, type MemorySql } from "../../support/memory-sql.ts";

/** The counters of one object. */
export interface CountedSource {
  readonly counted: readonly Cell[];
}

export interface CountedShard extends CountedSource {
  readonly rows: readonly Row[];
  /** Rows that cannot be read or that nothing counts: there must be none. */
  readonly strays: number;
}

export interface CountersOnDisk {
  readonly shards: readonly CountedShard[];
  readonly challenges: readonly CountedSource[];
  /** Insight's buckets. Empty before its first call. */
  readonly insight: Readonly<Record<Level["table"], readonly Cell[]>>;
}

/** Reads all objects. The Worker must not run: its files are copied one after the other. */
export function readCounters(storage: string): CountersOnDisk {
  const copy = mkdtempSync(join(tmpdir(), "counters-"));
  try {
    cpSync(storage, copy, { recursive: true });
    const [insight] = openAll(copy, "Insight").map(readInsight);
    return {
      shards: openAll(copy, "Ledger").map(readShard),
      challenges: openAll(copy, "Challenges").map((sql) => ({ counted: readCohorts(sql) })),
      insight: insight ?? { five_minutes: [], hours: [], days: [] },
    };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** The rows' counters, from the beginning. */
export const recount = (rows: readonly Row[]): Cell[] =>
  mergeCells(rows.flatMap((row) => (row.facts ? contributionOf(toCountedMessage(row, row.facts)) : [])));

/** The differences between two lists of cells, one sentence for each counter. */
export function compareCells(counted: readonly Cell[], expected: readonly Cell[]): string[] {
  const [is, should] = [flatten(counted), flatten(expected)];
  return [...new Set([...is.keys(), ...should.keys()])]
    .filter((name) => is.get(name) !== should.get(name))
    .map((name) => `${name} is ${is.get(name) ?? 0}, not ${should.get(name) ?? 0}`);
}

/** The sum of each counter over all cells. */
export function sumCells(cells: readonly Cell[]): Counts {
  const sums: Record<string, number> = {};
  for (const { counts } of cells) {
    for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
  }
  return sums;
}

function flatten(cells: readonly Cell[]): Map<string, number> {
  return new Map(
    mergeCells(cells).flatMap(({ cohort, segment, counts }) =>
      Object.entries(counts).map(
        ([name, count]) =>
          [`${new Date(cohort).toISOString()} ${toSegmentKey(segment)} ${name}`, count] as const,
      ),
    ),
  );
}

/** The objects of a class that have stored something: a kill can come before an object's first tables. */
function openAll(folder: string, className: string): MemorySql[] {
  const path = join(folder, className);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((name) => name.endsWith(".sqlite") && name !== "metadata.sqlite")
    .map((name) => createFileSql(join(path, name)))
    .filter(({ all }) => all("SELECT 1 FROM sqlite_master WHERE name = 'schema'").length > 0);
}

function readShard(sql: MemorySql): CountedShard {
  const stored = sql.all("SELECT * FROM reports");
  const rows = stored.flatMap((one) => parseRow(one) ?? []);
  const uncounted = rows.filter(({ facts }) => facts === undefined).length;
  const setAside = sql.all("SELECT 1 FROM set_aside").length;
  return { counted: readCohorts(sql), rows, strays: stored.length - rows.length + uncounted + setAside };
}

const readCohorts = ({ all }: MemorySql): Cell[] =>
  all("SELECT cohort, segment, counts FROM cohorts").flatMap(({ cohort, segment, counts }) =>
    toCell(Number(cohort), String(segment), JSON.parse(String(counts))),
  );

function toCell(cohort: number, key: string, counts: Counts): Cell[] {
  const segment = parseSegmentKey(key);
  if (segment === undefined) throw new Error(`${key} is no segment`);
  return [{ cohort, segment, counts }];
}

function readInsight({ sql, transact }: MemorySql): CountersOnDisk["insight"] {
  const { rollUps } = createInsightStore(sql, transact);
  const scan = (level: Level) => [...rollUps.scan(level, 0, Number.MAX_SAFE_INTEGER, Date.now())];
  return { five_minutes: scan(FIVE_MINUTES), hours: scan(HOURS), days: scan(DAYS) };
}

// Every row that a call writes costs money; docs/insight.md gives the number.

import { expect, it } from "vitest";
import { COHORT_MS, toCohort } from "../../../../src/insight/cohort.ts";
import { openInsightStore } from "../../../support/insight-store.ts";
import { createMemorySql } from "../../../support/memory-sql.ts";

const NOW = Date.parse("2026-11-25T12:34:00Z");

it("a call with changes in two cohorts of one hour writes eight rows, however many segments it has", () => {
  const memory = createMemorySql();
  const written: string[] = [];
  const counting = {
    ...memory,
    sql: {
      get databaseSize() {
        return memory.sql.databaseSize;
      },
      exec: (query: string, ...values: (string | number | null)[]) => {
        if (/^\s*INSERT/.test(query)) written.push(/INTO (\w+)/.exec(query)?.[1] ?? "");
        return memory.sql.exec(query, ...values);
      },
    },
  };
  const { gather } = openInsightStore(counting);
  const call = (seq: number) => ({
    source: "ledger-0",
    upTo: seq,
    entries: Array.from({ length: 300 }, (_, index) => ({
      seq,
      cohort: toCohort(NOW) - (index % 2) * COHORT_MS,
      segment: `2fa/sms/GB/${10_000 + Math.floor(index / 2)}`,
      counts: { sent: seq, converted: seq },
    })),
  });
  gather(call(1), NOW);
  written.length = 0;
  gather(call(2), NOW);
  expect(written.sort()).toEqual([
    "days",
    "five_minutes",
    "five_minutes",
    "hours",
    "known",
    "known",
    "singles",
    "sources",
  ]);
});

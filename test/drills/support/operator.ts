// The operator's view, over HTTP with the admin key.

import type {
  LedgerStats,
  ListedReport,
  ListedState,
  ReportPage,
} from "../../../adapters/http/ports/ledger.ts";
import { ADMIN_KEY } from "../../support/local-stack.ts";
import { until } from "./time.ts";

export interface Operator {
  stats(): Promise<LedgerStats>;
  /** Lists all reports of a state, page by page. */
  list(state: ListedState): Promise<ListedReport[]>;
  /** Waits until nothing is under way or queued. Resolves to false if that takes too long. */
  untilIdle(): Promise<boolean>;
}

/** A last probe, and the longest pause between two requests of a row that failed often. */
const IDLE_MS = 60_000;

export function createOperator(url: string): Operator {
  const get = async (path: string) => {
    const headers = { authorization: `Bearer ${ADMIN_KEY.key}` };
    const response = await fetch(url + path, { headers });
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  const stats = async () => (await get("/stats")) as LedgerStats;
  return {
    stats,
    list: async (state) => {
      const all: ListedReport[] = [];
      for (let from: string | undefined = ""; from !== undefined; ) {
        const { reports, cursor } = (await get(`/reports?state=${state}&limit=500${from}`)) as ReportPage;
        all.push(...(reports as ListedReport[]));
        from = cursor === undefined ? undefined : `&cursor=${cursor}`;
      }
      return all;
    },
    untilIdle: () =>
      until(async () => {
        const { reports } = await stats();
        return reports.sending + reports.queued === 0;
      }, IDLE_MS),
  };
}

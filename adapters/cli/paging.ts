// Reads `GET /reports` page by page.

import type { ListedState as State } from "../../src/ledger/row.ts";
import { type Report, reportsSchema } from "./answers.ts";
import type { Requester } from "./request.ts";
import { WorkerError } from "./worker-error.ts";

const MAX_PAGE = 500;

export interface Page {
  readonly reports: readonly Report[];
  /** `true` if more reports follow this page. */
  readonly more: boolean;
}

/** Lists up to `limit` reports of a state. */
export async function* listReports(request: Requester, state: State, limit: number): AsyncGenerator<Page> {
  const seen = new Set<string>();
  let left = limit;
  let cursor: string | undefined;
  do {
    const query = { state, limit: String(Math.min(left, MAX_PAGE)), ...(cursor !== undefined && { cursor }) };
    const page = await request({ method: "GET", path: "/reports", query }, reportsSchema);
    cursor = page.cursor;
    const reports = page.reports.slice(0, left);
    left -= reports.length;
    yield { reports, more: cursor !== undefined || reports.length < page.reports.length };
    if (cursor === undefined) return;
    // A repeated cursor would never end.
    if (seen.has(cursor)) throw new WorkerError("GET /reports", { kind: "foreign", status: 200 });
    seen.add(cursor);
  } while (left > 0);
}

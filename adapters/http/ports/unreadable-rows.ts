import type { ReportPage } from "./ledger.ts";

/** Rows of the workflow's storage that are in quarantine because they could not be read. */
export interface UnreadableRows {
  /** @returns `undefined` if the cursor is invalid. */
  list(limit: number, cursor: string | undefined): Promise<ReportPage | undefined>;
  count(): Promise<number>;
}

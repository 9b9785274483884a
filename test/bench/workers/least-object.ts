import type { ShardContext } from "../../../adapters/cloudflare/index.ts";
import { createGroupCommit } from "../../../adapters/cloudflare/ledger/group-commit.ts";

/** Sends a report, and stores the outcome under its id. Resolves to the status of Vonage's answer. */
export type StoreOutcome = (id: string, send: () => Promise<number>) => Promise<number>;

/**
 * Creates the least that an object can do about a report.
 *
 * @param rows `none`: it only answers. `each`: it writes a row for each report. `together`: rows that wait for the disk
 * at once are committed together, as ours are.
 */
export function createLeastObject(storage: ShardContext["storage"], rows: string): StoreOutcome {
  storage.sql.exec("CREATE TABLE IF NOT EXISTS reports (id TEXT PRIMARY KEY, state TEXT) WITHOUT ROWID");
  const write = (id: string) => {
    storage.sql.exec("INSERT OR REPLACE INTO reports VALUES (?, 'recorded')", id);
  };
  const commit = createGroupCommit(
    (work) => storage.transactionSync(work),
    async () => storage.sync?.(),
  );
  return async (id, send) => {
    const status = await send();
    if (rows === "each") write(id);
    if (rows === "together") await commit(() => write(id));
    return status;
  };
}

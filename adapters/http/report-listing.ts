// `GET /reports`: reads the query, and lists the rows of the ledger, then those of the workflow.

import * as v from "valibot";
import { LISTED_STATES } from "../../src/ledger/row.ts";
import { integer, objectOf, oneOf, required, text } from "../../src/shared/validation.ts";
import { parseQuery } from "../../src/wire/request-parameters.ts";
import { readFields } from "./fields.ts";
import type { Ledger, ListedState, ReportPage } from "./ports/ledger.ts";
import type { UnreadableRows } from "./ports/unreadable-rows.ts";
import type { Refusal } from "./refusal.ts";

const DEFAULT_LIMIT = 100;
const LARGEST_LIMIT = 500;

const LISTING = objectOf({
  state: required(oneOf(LISTED_STATES)),
  limit: v.optional(integer(1, LARGEST_LIMIT), DEFAULT_LIMIT),
  cursor: v.optional(text("one that a page ended with", /^./s)),
});

const UNKNOWN_CURSOR = { parameter: "cursor", detail: "must be one that a page ended with" };

/** Prefix of cursors into the workflow's rows. No other cursor contains a dot. */
const OF_WORKFLOW = "workflow.";

/** Lists one page of reports. */
export async function listReports(
  url: string,
  ledger: Ledger,
  unreadable: UnreadableRows | undefined,
): Promise<ReportPage | Extract<Refusal, { reason: "invalid_parameters" }>> {
  const { output, errors } = readFields(parseQuery(url), LISTING, ["limit"], new Set());
  if (errors !== undefined) return { reason: "invalid_parameters", errors };
  const { state, limit, cursor } = output;
  const page = await listPage(ledger, state === "unreadable" ? unreadable : undefined, state, limit, cursor);
  return page ?? { reason: "invalid_parameters", errors: [UNKNOWN_CURSOR] };
}

/** Unreadable rows of the workflow follow those of the ledger, with cursors of their own. */
async function listPage(
  ledger: Ledger,
  unreadable: UnreadableRows | undefined,
  state: ListedState,
  limit: number,
  cursor: string | undefined,
): Promise<ReportPage | undefined> {
  if (unreadable === undefined) return ledger.list(state, limit, cursor);
  const isOfWorkflow = cursor?.startsWith(OF_WORKFLOW);
  const page = isOfWorkflow ? { reports: [] } : await ledger.list(state, limit, cursor);
  if (page === undefined || page.cursor !== undefined) return page;
  const room = limit - page.reports.length;
  if (room === 0) return (await unreadable.count()) > 0 ? { ...page, cursor: OF_WORKFLOW } : page;
  const after = isOfWorkflow && cursor?.slice(OF_WORKFLOW.length);
  const more = await unreadable.list(room, after || undefined);
  return (
    more && {
      reports: [...page.reports, ...more.reports],
      ...(more.cursor !== undefined && { cursor: OF_WORKFLOW + more.cursor }),
    }
  );
}

// The operator's routes: `GET /reports`, `POST /reports/…/retry`, `GET /stats` and `POST /doctor`.

import { LISTED_STATES } from "../../src/ledger/row.ts";
import { JSON_HEADERS } from "../../src/shared/json-headers.ts";
import { findFaults } from "../../src/shared/validation.ts";
import { CHANNELS, type Channel, messageIdSchema, TRAFFICS } from "../../src/wire/report.ts";
import { authenticateAdmin } from "./authentication.ts";
import type { HandlerContext } from "./context.ts";
import { diagnoseKeys } from "./diagnosis.ts";
import type { HandlerConfig } from "./options.ts";
import type { Ledger, ListedState, ReportPage } from "./ports/ledger.ts";
import type { UnreadableRows } from "./ports/unreadable-rows.ts";
import { type Answer, problem } from "./problem.ts";
import { answerRefusal } from "./refusal-problem.ts";
import type { Examination } from "./two-factor/examine.ts";
import type { TwoFactor } from "./two-factor/service.ts";
import type { SetupNote } from "./two-factor/setup-notes.ts";

const DEFAULT_LIMIT = 100;
const LARGEST_LIMIT = 500;

/** Makes the operator's routes, which require an admin key. */
export function createOperator(
  config: HandlerConfig,
  ledger: Ledger | undefined,
  twoFactor:
    | {
        readonly service: Pick<TwoFactor, "counts" | "measureTexts">;
        readonly examination?: Pick<Examination, "diagnose">;
      }
    | undefined,
  unreadable?: UnreadableRows,
  notes: readonly SetupNote[] = [],
) {
  const asAdmin =
    (answer: (request: Request, ledger: Ledger, key: readonly string[]) => Promise<Answer>) =>
    async (request: Request, context: HandlerContext, ...key: string[]): Promise<Answer> => {
      const admin = await authenticateAdmin(request, config, context);
      if (typeof admin !== "string") return admin;
      const seen = { caller: `admin:${admin}` };
      if (ledger === undefined) return answerRefusal({ reason: "no_ledger" }, undefined, seen);
      const { log, ...rest } = await answer(request, ledger, key);
      return { ...rest, log: { ...seen, ...log } };
    };

  return {
    /** `GET /reports?state=…&limit=…&cursor=…` */
    list: asAdmin(async (request, from) => {
      const { searchParams } = new URL(request.url);
      const state = (searchParams.get("state") ?? "") as ListedState;
      const limit = Number(searchParams.get("limit") ?? DEFAULT_LIMIT);
      const errors = [...searchParams.keys()]
        .filter((name) => !["state", "limit", "cursor"].includes(name))
        .map(() => ({ parameter: "(unknown)", detail: "only state, limit and cursor are known" }));
      if (!LISTED_STATES.includes(state)) {
        errors.push({ parameter: "state", detail: `must be one of ${LISTED_STATES.join(", ")}` });
      }
      if (!Number.isInteger(limit) || limit < 1 || limit > LARGEST_LIMIT) {
        errors.push({ parameter: "limit", detail: `must be a whole number from 1 to ${LARGEST_LIMIT}` });
      }
      const cursor = searchParams.get("cursor") ?? undefined;
      const page = errors.length === 0 ? await list(from, state, limit, cursor) : undefined;
      if (page !== undefined) return json(200, page);
      if (errors.length === 0)
        errors.push({ parameter: "cursor", detail: "must be one that a page ended with" });
      return problem("invalid-parameters", { errors });
    }),

    /** `POST /reports/{channel}/{messageId}/retry` */
    retry: asAdmin(async (_, from, [channel = "", messageId = ""]) => {
      const known = CHANNELS.includes(channel as Channel) && !findFaults(messageIdSchema, messageId).faults;
      const result = known ? await from.retry({ channel: channel as Channel, messageId }) : "unknown";
      if (result === "unknown") return answerRefusal({ reason: "unknown_report" });
      if (result === "nothing") return answerRefusal({ reason: "nothing_to_retry" });
      return json(202, { status: "accepted" });
    }),

    /** `GET /stats` */
    stats: asAdmin(async (_, from) => {
      const [stats, counts, more = 0] = await Promise.all([
        from.stats(),
        twoFactor?.service.counts(),
        unreadable?.count(),
      ]);
      const reports = { ...stats.reports, unreadable: stats.reports.unreadable + more };
      return json(200, { ...stats, reports, ...(counts && { twoFactor: counts }) });
    }),

    /** `POST /doctor`: reports a message that does not exist with each key, and describes the workflow's setup. */
    doctor: async (request: Request, context: HandlerContext): Promise<Answer> => {
      const admin = await authenticateAdmin(request, config, context);
      if (typeof admin !== "string") return admin;
      const keys = await diagnoseKeys(config);
      // Reports that wait for an accepted key can go out before its next probe. The verdicts do not depend on the ledger.
      const accepted = TRAFFICS.filter((traffic) => keys[traffic]?.verdict === "accepted");
      if (accepted.length > 0) await ledger?.nudge(accepted).catch(() => {});
      const texts = twoFactor?.service.measureTexts() ?? [];
      const workflow = await twoFactor?.examination?.diagnose();
      const { log, ...answer } = json(200, {
        ledger: ledger !== undefined,
        keys,
        ...(notes.length > 0 && { notes }),
        ...(workflow && { twoFactor: workflow }),
        ...(texts.length > 0 && { texts }),
      });
      return { ...answer, log: { ...log, caller: `admin:${admin}` } };
    },
  };

  /** Lists one page. Unreadable rows of the workflow follow those of the ledger, with separate cursors. */
  async function list(
    from: Ledger,
    state: ListedState,
    limit: number,
    cursor: string | undefined,
  ): Promise<ReportPage | undefined> {
    if (unreadable === undefined || state !== "unreadable") return from.list(state, limit, cursor);
    const isOfWorkflow = cursor?.startsWith(OF_WORKFLOW);
    const page = isOfWorkflow ? { reports: [] } : await from.list(state, limit, cursor);
    if (page === undefined || page.cursor !== undefined) return page;
    const room = limit - page.reports.length;
    if (room === 0) return (await unreadable.count()) > 0 ? { ...page, cursor: OF_WORKFLOW } : page;
    const more = await unreadable.list(
      room,
      (isOfWorkflow && cursor?.slice(OF_WORKFLOW.length)) || undefined,
    );
    return (
      more && {
        reports: [...page.reports, ...more.reports],
        ...(more.cursor !== undefined && { cursor: OF_WORKFLOW + more.cursor }),
      }
    );
  }
}

/** Prefix of cursors into the workflow's rows. No other cursor contains a dot. */
const OF_WORKFLOW = "workflow.";

function json(status: number, body: unknown): Answer {
  return { status, headers: JSON_HEADERS, body: JSON.stringify(body), log: { outcome: "ok" } };
}

// The operator's routes: `GET /reports`, `POST /reports/…/retry`, `GET /stats` and `POST /doctor`.

import type { MessageKey } from "../../src/ledger/row.ts";
import { findFaults } from "../../src/shared/validation.ts";
import { CHANNELS, messageIdSchema, TRAFFICS } from "../../src/wire/report.ts";
import { type Answer, answerJson } from "./answer.ts";
import { authenticateAdmin } from "./authentication.ts";
import type { HandlerContext } from "./context.ts";
import { diagnoseKeys } from "./diagnosis.ts";
import type { HandlerConfig } from "./options.ts";
import type { Ledger } from "./ports/ledger.ts";
import type { UnreadableRows } from "./ports/unreadable-rows.ts";
import { answerRefusal } from "./refusal-problem.ts";
import { listReports } from "./report-listing.ts";
import type { Examination } from "./two-factor/examine.ts";
import type { TwoFactor } from "./two-factor/service.ts";
import type { SetupNote } from "./two-factor/setup-notes.ts";

const DONE = { outcome: "ok" };

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
      const seen = await authenticateAdmin(request, config, context);
      if ("status" in seen) return seen;
      if (ledger === undefined) return answerRefusal({ reason: "no_ledger" }, undefined, seen);
      const { log, ...rest } = await answer(request, ledger, key);
      return { ...rest, log: { ...seen, ...log } };
    };

  return {
    /** `GET /reports?state=…&limit=…&cursor=…` */
    list: asAdmin(async (request, from) => {
      const listed = await listReports(request.url, from, unreadable);
      return "reason" in listed ? answerRefusal(listed) : answerJson(200, listed, DONE);
    }),

    /** `GET /reports/{channel}/{messageId}` */
    find: asAdmin(async (_, from, key) => {
      const known = readKey(key);
      const found = known && (await from.find(known));
      return found ? answerJson(200, found, DONE) : answerRefusal({ reason: "unknown_report" });
    }),

    /** `POST /reports/{channel}/{messageId}/retry` */
    retry: asAdmin(async (_, from, key) => {
      const known = readKey(key);
      const result = known ? await from.retry(known) : "unknown";
      if (result === "unknown") return answerRefusal({ reason: "unknown_report" });
      if (result === "nothing") return answerRefusal({ reason: "nothing_to_retry" });
      return answerJson(202, { status: "accepted" }, DONE);
    }),

    /** `GET /stats` */
    stats: asAdmin(async (_, from) => {
      const [stats, counts, more = 0] = await Promise.all([
        from.stats(),
        twoFactor?.service.counts(),
        unreadable?.count(),
      ]);
      const reports = { ...stats.reports, unreadable: stats.reports.unreadable + more };
      return answerJson(200, { ...stats, reports, ...(counts && { twoFactor: counts }) }, DONE);
    }),

    /** `POST /doctor`: reports a message that does not exist with each key, and describes the workflow's setup. */
    doctor: async (request: Request, context: HandlerContext): Promise<Answer> => {
      const seen = await authenticateAdmin(request, config, context);
      if ("status" in seen) return seen;
      const keys = await diagnoseKeys(config);
      // Reports that wait for an accepted key can go out before its next probe. The verdicts do not depend on the ledger.
      const accepted = TRAFFICS.filter((traffic) => keys[traffic]?.verdict === "accepted");
      if (accepted.length > 0) await ledger?.nudge(accepted).catch(() => {});
      const texts = twoFactor?.service.measureTexts() ?? [];
      const workflow = await twoFactor?.examination?.diagnose();
      const found = {
        ledger: ledger !== undefined,
        keys,
        ...(notes.length > 0 && { notes }),
        ...(workflow && { twoFactor: workflow }),
        ...(texts.length > 0 && { texts }),
      };
      return answerJson(200, found, { ...DONE, ...seen });
    },
  };
}

/** Reads the parts of a path. `undefined`: no message has such a name. */
function readKey([channel, messageId = ""]: readonly string[]): MessageKey | undefined {
  const known = CHANNELS.find((one) => one === channel);
  return known && !findFaults(messageIdSchema, messageId).faults ? { channel: known, messageId } : undefined;
}

// The operator's view of routes: `GET /insight`, `GET /insight/alarms` and `GET /metrics`.

import { toAlarmRunbook } from "../../../src/operator/signs.ts";
import { chooseType } from "../accept.ts";
import { type Answer, answerJson } from "../answer.ts";
import { authenticateAdmin } from "../authentication.ts";
import type { HandlerContext } from "../context.ts";
import type { HandlerConfig } from "../options.ts";
import type { Insight } from "../ports/insight.ts";
import { answerRefusal } from "../refusal-problem.ts";
import { formatInsightCsv } from "./csv.ts";
import { formatMetrics, METRICS_TYPES } from "./metrics-text.ts";
import { readAlarmQuery, readInsightQuery } from "./read-query.ts";

/** Makes the routes, which require an admin key. Without the platform's Insight they say so. */
export function createInsightRoutes(config: HandlerConfig, insight: Insight | undefined) {
  const asAdmin =
    (answer: (request: Request, insight: Insight) => Promise<Answer>) =>
    async (request: Request, context: HandlerContext): Promise<Answer> => {
      const seen = await authenticateAdmin(request, config, context);
      if ("status" in seen) return seen;
      if (insight === undefined) return answerRefusal({ reason: "no_insight" }, undefined, seen);
      const { log, ...rest } = await answer(request, insight);
      return { ...rest, log: { ...seen, ...log } };
    };

  return {
    /** `GET /insight?from=…&to=…&by=…` */
    query: asAdmin(async (request, from) => {
      const read = readInsightQuery(request.url, Date.now());
      if ("reason" in read) return answerRefusal(read);
      const answer = await from.query(read);
      const type = chooseType(request.headers.get("accept"), ["application/json", "text/csv"]);
      if (type === "application/json") return answerJson(200, answer, DONE);
      return answerText("text/csv", formatInsightCsv(answer));
    }),

    /** `GET /insight/alarms?state=…&since=…` */
    alarms: asAdmin(async (request, from) => {
      const read = readAlarmQuery(request.url);
      if ("reason" in read) return answerRefusal(read);
      const alarms = await from.alarms(read);
      const withRunbook = alarms.map((alarm) => ({ ...alarm, runbook: toAlarmRunbook(alarm.rule) }));
      return answerJson(200, { alarms: withRunbook }, DONE);
    }),

    /** `GET /metrics` */
    metrics: asAdmin(async (request, from) => {
      const type = chooseType(request.headers.get("accept"), ["application/openmetrics-text", "text/plain"]);
      const snapshot = await from.metrics();
      return answerText(METRICS_TYPES[type], formatMetrics(snapshot, type, Date.now()));
    }),
  };
}

const DONE = { outcome: "ok" };

const answerText = (type: string, body: string): Answer => ({
  status: 200,
  headers: { "content-type": type },
  body,
  log: DONE,
});

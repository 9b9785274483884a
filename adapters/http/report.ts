// `POST /conversions/{channel}`: authentication → parameters → report → submission → answer.

import { EMPTY_ANSWER } from "../../src/wire/empty-answer.ts";
import { type Channel, createReportSchema } from "../../src/wire/report.ts";
import { decodeReport } from "../../src/wire/report-parameters.ts";
import { type Answer, answerJson } from "./answer.ts";
import { authenticate } from "./authentication.ts";
import { CALLER_PARAMETERS } from "./caller.ts";
import type { HandlerContext } from "./context.ts";
import type { HandlerConfig } from "./options.ts";
import { adviseWaiting, answerRefusal } from "./refusal-problem.ts";
import type { Submit } from "./submission.ts";

/** Makes the route that takes reports. */
export function createReportRoute(config: HandlerConfig, submit: Submit) {
  const schema = createReportSchema(config.now);

  return async function report(request: Request, channel: Channel, context: HandlerContext): Promise<Answer> {
    const authenticated = await authenticate(request, config, context);
    if ("status" in authenticated) return authenticated;
    const { caller, decoded, seen } = authenticated;
    const { report, faults } = decodeReport(channel, decoded, CALLER_PARAMETERS, schema);
    if (report === undefined) {
      return answerRefusal({ reason: "invalid_parameters", errors: faults }, undefined, seen);
    }
    if (caller.kind === "token" && (caller.messageId !== report.messageId || caller.channel !== channel)) {
      return answerRefusal({ reason: "other_message" }, undefined, seen);
    }
    const submission = await submit(report, caller.traffic);
    const { status, attempts } = submission;
    if (status === "refused") return answerRefusal(submission.refusal, caller.traffic, { ...seen, attempts });
    const { reason } = submission;
    const advice = reason && { reason, ...adviseWaiting(reason, caller.traffic) };
    const log = { ...seen, outcome: status, attempts, ...advice };
    // This package's clients get JSON; SDKs get what Vonage would answer.
    const wantsJson = caller.kind === "token" || request.headers.get("accept")?.includes("application/json");
    return wantsJson
      ? answerJson(status === "accepted" ? 202 : 200, { status }, log)
      : { ...EMPTY_ANSWER, body: null, log };
  };
}

// The way of one report: who is calling → parameters → report → delivery → answer.

import { JSON_HEADERS } from "../../src/shared/json-headers.ts";
import { EMPTY_ANSWER } from "../../src/wire/empty-answer.ts";
import { decodeReport } from "../../src/wire/parameters.ts";
import { type Channel, createReportSchema, type Traffic } from "../../src/wire/report.ts";
import { authenticate } from "./authentication.ts";
import { CALLER_PARAMETERS } from "./caller.ts";
import type { HandlerContext } from "./context.ts";
import type { LogEntry } from "./log.ts";
import type { HandlerConfig } from "./options.ts";
import { STORAGE_PROBLEMS } from "./ports/storage-unavailable.ts";
import { type Answer, type ProblemName, problem } from "./problem.ts";
import type { Deliver, Delivery } from "./submission.ts";

/** However long Vonage asks to wait, callers are not sent away for longer: a report does not keep. */
const MAX_RETRY_AFTER_S = 60;

/** What the operator should do, where it is for the operator to act. */
const HINTS: Partial<Record<ProblemName | "unauthorized" | "not_enabled", string>> = {
  "upstream-unauthorized":
    "Vonage refused the credentials (401 or 403): check API key and secret of this traffic",
  "upstream-not-enabled":
    "Vonage answered 402: ask Vonage support to enable the Conversion API for this API key",
  "upstream-unexpected": "Vonage gave a status outside its API: check the base URL",
  "ledger-unavailable": STORAGE_PROBLEMS.ledger.hint,
  unauthorized: "Vonage refuses the credentials (401 or 403): reports wait until they are right",
  not_enabled: "Vonage answers 402: reports wait until Vonage support has enabled the Conversion API",
};

/** Makes the function that takes one report of a channel through to Vonage. */
export function createReporter(config: HandlerConfig, deliver: Deliver) {
  const schema = createReportSchema(Date.now);

  return async function report(request: Request, channel: Channel, context: HandlerContext): Promise<Answer> {
    const authenticated = await authenticate(request, config, context);
    if ("status" in authenticated) return authenticated;
    const { caller, decoded, seen } = authenticated;
    const { report, faults } = decodeReport(channel, decoded, CALLER_PARAMETERS, schema);
    if (report === undefined) return problem("invalid-parameters", { errors: faults }, {}, seen);
    if (caller.kind === "token" && (caller.messageId !== report.messageId || caller.channel !== channel)) {
      return problem("wrong-message", {}, {}, seen);
    }
    // A caller that leaves, say a page that is closed, must not take its report along.
    const work = deliver(report, caller.traffic);
    context.waitUntil?.(work.catch(() => {}));
    const { log, ...answer } = toAnswer(await work, caller.traffic);
    // JSON for our own clients; for an SDK what Vonage would answer.
    const wantsJson = caller.kind === "token" || request.headers.get("accept")?.includes("application/json");
    return {
      ...answer,
      ...(answer.status < 300 && !wantsJson && { ...EMPTY_ANSWER, body: null }),
      log: { ...seen, ...log },
    };
  };
}

function toAnswer(delivery: Delivery, traffic: Traffic): Answer {
  const { status, attempts } = delivery;
  if (status === "failed") {
    const { problem: name, detail, retryAfter = 1000 } = delivery;
    const seconds = String(Math.min(Math.ceil(retryAfter / 1000), MAX_RETRY_AFTER_S));
    const later = name === "upstream-throttled" || name === "ledger-unavailable";
    const headers = later ? { "retry-after": seconds } : {};
    return problem(name, detail ? { detail } : {}, headers, { attempts, ...toOperator(name, traffic) });
  }
  const { reason } = delivery;
  return {
    status: status === "accepted" ? 202 : 200,
    headers: JSON_HEADERS,
    body: JSON.stringify({ status }),
    log: { outcome: status, attempts, ...(reason && { reason, ...toOperator(reason, traffic) }) },
  };
}

function toOperator(name: string, traffic: Traffic): Partial<LogEntry> {
  if (name === "not-configured") {
    const hint = `set VONAGE_${traffic.toUpperCase()}_API_KEY and its secret, or mint no such tokens`;
    return { level: "error", hint };
  }
  const hint = HINTS[name as keyof typeof HINTS];
  return hint ? { level: "error", hint: `${traffic}: ${hint}` } : {};
}

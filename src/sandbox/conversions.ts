// POST /conversions/{channel} of the Conversion API.

import { EMPTY_ANSWER } from "../wire/empty-answer.ts";
import type { DecodedParameters } from "../wire/parameters.ts";
import { type Channel, createReportSchema } from "../wire/report.ts";
import { decodeReport } from "../wire/report-parameters.ts";
import { parseQuery, type Unreadable } from "../wire/request-parameters.ts";
import { formatTimestamp } from "../wire/timestamp.ts";
import { findAccount, type SandboxAuthentication } from "./accounts.ts";
import type { Circumstances, VonageAnswer } from "./answer.ts";

/** A report as the sandbox recorded it. */
export interface RecordedReport {
  readonly channel: Channel;
  readonly messageId: string;
  readonly delivered: boolean;
  /** `yyyy-MM-dd HH:mm:ss` UTC: the timestamp of the report, or its time of arrival if it has none. */
  readonly timestamp: string;
  /** Time of arrival, ISO 8601. */
  readonly receivedAt: string;
  readonly apiKey: string;
  readonly authentication: SandboxAuthentication;
  /** The part of the request that held the parameters. */
  readonly transport: "query" | "form" | "json";
}

const AUTHENTICATION = new Set(["api_key", "api_secret", "sig"]);

/** Observed with accounts without access: Vonage's servlet container answers, not its API. */
const NOT_ENABLED_PAGE = `<html>
<head><title>Error 402 Bad Account Credentials</title></head>
<body><h2>HTTP ERROR 402</h2><p>Reason: <pre>Bad Account Credentials</pre></p>
<hr><i><small>Powered by Jetty://</small></i></body>
</html>
`;

/**
 * Authenticates and strictly validates a report, then answers it. Only a valid report is recorded.
 *
 * @param read The request's parameters.
 * @param rejection The status for invalid parameters.
 * @param record Stores a valid report.
 */
export async function answerConversion(
  request: Request,
  read: DecodedParameters | Unreadable,
  channel: Channel,
  rejection: number,
  record: (report: RecordedReport) => void,
  { accounts, refuse, now }: Circumstances,
): Promise<VonageAnswer> {
  const parameters: ReadonlyMap<string, string> = typeof read === "string" ? new Map() : read.parameters;
  const text = (status: number, body: string): VonageAnswer => {
    const headers = { "content-type": "text/plain; charset=utf-8" };
    return { response: new Response(body, { status, headers }), parameters, note: body };
  };
  if (typeof read === "string") return text(rejection, `Unreadable request: ${read}`);
  if (read.unread === "body") return text(rejection, "Unreadable request: malformed");
  const authorization = request.headers.get("authorization");
  let [decoded, found] = [read, await findAccount(accounts, authorization, parameters, now)];
  if (found?.account.queryOnly) {
    decoded = parseQuery(request.url);
    found = await findAccount(accounts, authorization, decoded.parameters, now);
  }
  if (found === undefined) return text(401, "Unauthorized");
  const refusal = refuse(found.account.apiKey);
  if (refusal !== undefined) return { response: refusal.response, parameters };
  if (!found.account.enabled) {
    const headers = { "content-type": "text/html; charset=ISO-8859-1" };
    return { response: new Response(NOT_ENABLED_PAGE, { status: 402, headers }), parameters };
  }
  const { report, faults } = decodeReport(
    channel,
    decoded,
    AUTHENTICATION,
    createReportSchema(() => now),
  );
  if (report === undefined) {
    return text(
      rejection,
      `Invalid parameters: ${faults.map((one) => `${one.parameter} ${one.detail}`).join("; ")}`,
    );
  }
  const recorded: RecordedReport = {
    channel,
    messageId: report.messageId,
    delivered: report.delivered,
    timestamp: formatTimestamp(report.timestamp ?? now),
    receivedAt: new Date(now).toISOString(),
    apiKey: found.account.apiKey,
    authentication: found.authentication,
    transport: transportOf(request),
  };
  return { response: new Response(null, EMPTY_ANSWER), effect: () => record(recorded), parameters };
}

function transportOf(request: Request): RecordedReport["transport"] {
  if (new URL(request.url).searchParams.has("message-id")) return "query";
  return request.headers.get("content-type")?.includes("json") ? "json" : "form";
}

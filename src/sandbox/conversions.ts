// POST /conversions/{channel} as Vonage answers it.

import { decodeReport } from "../parameters.ts";
import { type Channel, createReportSchema } from "../report.ts";
import { readParameters } from "../request-parameters.ts";
import { formatTimestamp } from "../timestamp.ts";
import { findAccount, type SandboxAccount, type SandboxAuthentication } from "./accounts.ts";

/** A report as the sandbox recorded it. */
export interface RecordedReport {
  readonly channel: Channel;
  readonly messageId: string;
  readonly delivered: boolean;
  /** When the user acted, as sent: `yyyy-MM-dd HH:mm:ss` UTC; the time of arrival where none was sent. */
  readonly timestamp: string;
  /** When it arrived, ISO 8601. */
  readonly receivedAt: string;
  readonly apiKey: string;
  readonly authentication: SandboxAuthentication;
  /** Where the parameters travelled. */
  readonly transport: "query" | "form" | "json";
}

/** What the Conversion API answers, with the report where it is to be recorded. */
export interface ConversionAnswer {
  readonly response: Response;
  readonly report?: RecordedReport;
}

const AUTHENTICATION = new Set(["api_key", "api_secret", "sig"]);

/** Seen from accounts without access: Vonage's servlet container answers, not its API. */
const NOT_ENABLED_PAGE = `<html>
<head><title>Error 402 Bad Account Credentials</title></head>
<body><h2>HTTP ERROR 402</h2><p>Reason: <pre>Bad Account Credentials</pre></p>
<hr><i><small>Powered by Jetty://</small></i></body>
</html>
`;

/**
 * Authenticates, validates strictly and answers. Nothing that has not its exact shape is recorded.
 *
 * @param refuse Hears of every authenticated request before it is looked at further, and may answer it.
 * @param rejection The status for invalid parameters: the references disagree on which of 420, 422 and 423 exist.
 * @param now Epoch milliseconds.
 */
export async function answerConversion(
  request: Request,
  channel: Channel,
  accounts: ReadonlyMap<string, SandboxAccount>,
  refuse: (apiKey: string) => Response | undefined,
  rejection: number,
  now: number,
): Promise<ConversionAnswer> {
  const text = (status: number, body: string) => ({
    response: new Response(body, { status, headers: { "content-type": "text/plain; charset=utf-8" } }),
  });
  const read = await readParameters(request);
  if (typeof read === "string") return text(rejection, `Unreadable request: ${read}`);
  const found = await findAccount(accounts, request.headers.get("authorization"), read.parameters, now);
  if (found === undefined) return text(401, "Unauthorized");
  const refusal = refuse(found.account.apiKey);
  if (refusal !== undefined) return { response: refusal };
  if (!found.account.enabled) {
    const headers = { "content-type": "text/html; charset=ISO-8859-1" };
    return { response: new Response(NOT_ENABLED_PAGE, { status: 402, headers }) };
  }
  const { report, faults } = decodeReport(
    channel,
    read,
    AUTHENTICATION,
    createReportSchema(() => now),
  );
  if (report === undefined) {
    return text(
      rejection,
      `Invalid parameters: ${faults.map((one) => `${one.parameter} ${one.detail}`).join("; ")}`,
    );
  }
  return {
    response: new Response(null, { status: 200 }),
    report: {
      channel,
      messageId: report.messageId,
      delivered: report.delivered,
      timestamp: formatTimestamp(report.timestamp ?? now),
      receivedAt: new Date(now).toISOString(),
      apiKey: found.account.apiKey,
      authentication: found.authentication,
      transport: transportOf(request),
    },
  };
}

function transportOf(request: Request): RecordedReport["transport"] {
  if (new URL(request.url).searchParams.has("message-id")) return "query";
  return request.headers.get("content-type")?.includes("json") ? "json" : "form";
}

// The way of one report: who is calling → parameters → report → Vonage → answer.

import { type ConversionErrorCode, isConversionError } from "../../src/errors.ts";
import { resolveOptions } from "../../src/options.ts";
import { decodeReport } from "../../src/parameters.ts";
import {
  type Channel,
  createReportSchema,
  TRAFFICS,
  type Traffic,
  type ValidReport,
} from "../../src/report.ts";
import { readParameters, type Unreadable } from "../../src/request-parameters.ts";
import { createSender } from "../../src/sender.ts";
import { CALLER_PARAMETERS, identifyCaller } from "./caller.ts";
import type { LogEntry } from "./log.ts";
import type { Brake, HandlerConfig } from "./options.ts";
import { type Answer, type ProblemName, problem } from "./problem.ts";

/** What the runtime knows of a request beside the request. */
export interface HandlerContext {
  /** Keeps work going after the answer, or after the caller has left. */
  readonly waitUntil?: (work: Promise<unknown>) => void;
  /** The client's address; for brakes only. */
  readonly clientAddress?: string | undefined;
  /**
   * Whether the platform holds bodies to their `Content-Length`, so that they can be read faster.
   *
   * @default false
   */
  readonly lengthHolds?: boolean;
}

/** The brakes' window as wrangler.toml sets it, and so how long to wait. */
const BRAKE_PERIOD_S = 10;

/** However long Vonage asks to wait, callers are not sent away for longer: a report does not keep. */
const MAX_RETRY_AFTER_S = 60;

const UNREADABLE: Readonly<Record<Unreadable, ProblemName>> = {
  malformed: "malformed-body",
  too_large: "body-too-large",
  unsupported_type: "unsupported-media-type",
};

/** URLs end up in logs and in the Referer of other requests. */
const TOKEN_IN_URL = {
  parameter: "token",
  detail: "must not stand in the URL; send it in the form or as Bearer",
};

/** Within one request: a caller's patience is short. */
const RETRY = { attempts: 2, baseDelay: 100, maxDelay: 1000 };

const EMPTY = { headers: {}, body: null };

/** What a failed report to Vonage is for the caller. 401 and 402 are not the caller's fault, so never passed on. */
const UPSTREAM: Readonly<Record<ConversionErrorCode, ProblemName>> = {
  unauthorized: "upstream-unauthorized",
  not_enabled: "upstream-not-enabled",
  rejected: "upstream-rejected",
  rate_limited: "upstream-throttled",
  unavailable: "upstream-unavailable",
  network: "upstream-unavailable",
  timeout: "upstream-timeout",
  unexpected_response: "upstream-unexpected",
  conflict: "upstream-unexpected",
  aborted: "internal",
  invalid_options: "internal",
  invalid_report: "internal",
};

/** What the operator should do, where it is for the operator to act. */
const HINTS: Partial<Record<ProblemName, string>> = {
  "upstream-unauthorized":
    "Vonage refused the credentials (401 or 403): check API key and secret of this traffic",
  "upstream-not-enabled":
    "Vonage answered 402: ask Vonage support to enable the Conversion API for this API key",
  "upstream-unexpected": "Vonage gave a status outside its API: check the base URL",
};

/** Makes the function that takes one report of a channel through to Vonage. */
export function createReporter(config: HandlerConfig) {
  const schema = createReportSchema(Date.now);
  const senders = new Map(
    TRAFFICS.flatMap((traffic) => {
      const credentials = config.credentials[traffic];
      if (credentials === undefined) return [];
      const { baseUrl, timeout, fetch } = config;
      const options = { credentials, baseUrl, timeout, retry: RETRY, ...(fetch && { fetch }) };
      return [[traffic, createSender(resolveOptions(options))] as const];
    }),
  );

  return async function report(request: Request, channel: Channel, context: HandlerContext): Promise<Answer> {
    const { brakes } = config;
    const decoded = await readParameters(request, context.lengthHolds);
    if (typeof decoded === "string") return problem(UNREADABLE[decoded]);
    if (/[?&]token=/.test(request.url)) return problem("invalid-parameters", { errors: [TOKEN_IN_URL] });

    const authorization = request.headers.get("authorization");
    const caller = await identifyCaller(authorization, decoded.parameters, config, Date.now());
    if (caller === undefined) {
      if (await isTooFast(brakes.anonymous, context.clientAddress ?? "unknown")) return tooManyRequests();
      const detail =
        "Send a report token as `token` in the form or as Bearer, or a proxy key as Bearer or Basic.";
      // No Basic challenge: browsers would open a password prompt.
      return problem(
        "unauthenticated",
        { detail },
        { "www-authenticate": 'Bearer realm="vonage-conversion"' },
      );
    }
    const seen = {
      traffic: caller.traffic,
      caller: caller.kind === "key" ? `key:${caller.name}` : `token:${caller.kid}`,
    };
    const subject = caller.kind === "key" ? caller.name : `${caller.channel}:${caller.messageId}`;
    if (await isTooFast(brakes[caller.kind], subject)) return tooManyRequests(seen);

    const { report, faults } = decodeReport(channel, decoded, CALLER_PARAMETERS, schema);
    if (report === undefined) return problem("invalid-parameters", { errors: faults }, {}, seen);
    if (caller.kind === "token" && (caller.messageId !== report.messageId || caller.channel !== channel)) {
      return problem("wrong-message", {}, {}, seen);
    }
    // A caller that leaves, say a page that is closed, must not take its report along.
    const work = send(report, caller.traffic);
    context.waitUntil?.(work);
    const { log, ...answer } = await work;
    // JSON for our own clients; for an SDK what Vonage would answer.
    const wantsJson = caller.kind === "token" || request.headers.get("accept")?.includes("application/json");
    return { ...answer, ...(answer.status === 200 && !wantsJson && EMPTY), log: { ...seen, ...log } };
  };

  async function send(report: ValidReport, traffic: Traffic): Promise<Answer> {
    const toVonage = senders.get(traffic);
    if (toVonage === undefined) {
      const detail = `There are no credentials for "${traffic}" traffic here.`;
      const hint = `set VONAGE_${traffic.toUpperCase()}_API_KEY and its secret, or mint no such tokens`;
      return problem("not-configured", { detail }, {}, { level: "error", hint });
    }
    try {
      // The moment of arrival is sent along, so that a second attempt does not shift it.
      const { status, attempts } = await toVonage({ ...report, timestamp: report.timestamp ?? Date.now() });
      return {
        status: 200,
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ status }),
        log: { outcome: status, attempts },
      };
    } catch (error) {
      if (!isConversionError(error)) throw error;
      const name = UPSTREAM[error.code];
      const retryAfter = String(Math.min(Math.ceil((error.retryAfter ?? 1000) / 1000), MAX_RETRY_AFTER_S));
      const headers = name === "upstream-throttled" ? { "retry-after": retryAfter } : undefined;
      const hint = HINTS[name];
      const { attempts } = error;
      return problem(
        name,
        {},
        headers,
        hint ? { attempts, level: "error", hint: `${traffic}: ${hint}` } : { attempts },
      );
    }
  }
}

function tooManyRequests(log: Partial<LogEntry> = {}): Answer {
  return problem("too-many-requests", {}, { "retry-after": String(BRAKE_PERIOD_S) }, log);
}

/** A brake that fails lets pass: it protects against floods, and must not stop reports on its own. */
async function isTooFast(brake: Brake | undefined, key: string): Promise<boolean> {
  try {
    return brake !== undefined && !(await brake.limit({ key })).success;
  } catch {
    return false;
  }
}

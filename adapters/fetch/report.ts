// The way of one report: who is calling → parameters → report → Vonage → answer.

import { createConversionClient } from "../../src/client.ts";
import { type ConversionErrorCode, isConversionError } from "../../src/errors.ts";
import { decodeReport } from "../../src/parameters.ts";
import {
  type Channel,
  createReportSchema,
  TRAFFICS,
  type Traffic,
  type ValidReport,
} from "../../src/report.ts";
import { readParameters, type Unreadable } from "../../src/request-parameters.ts";
import { CALLER_PARAMETERS, type Caller, identifyCaller } from "./caller.ts";
import type { LogEntry } from "./log.ts";
import type { Brake, HandlerConfig } from "./options.ts";
import { type ProblemExtensions, type ProblemName, problemResponse } from "./problem.ts";

/** What the runtime knows of a request beside the request. */
export interface HandlerContext {
  /** Keeps work going after the answer, or after the caller has left. */
  readonly waitUntil?: (work: Promise<unknown>) => void;
  /** The client's address; for brakes only. */
  readonly clientAddress?: string | undefined;
}

/** An answer, with what the log should say of it. */
export interface Answer {
  readonly response: Response;
  readonly log: Partial<LogEntry> & { readonly outcome: string };
}

/** The brakes' window as wrangler.toml sets it, and so how long to wait. */
const BRAKE_PERIOD_S = 10;

const UNREADABLE: Readonly<Record<Unreadable, ProblemName>> = {
  malformed: "malformed-body",
  too_large: "body-too-large",
  unsupported_type: "unsupported-media-type",
};

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
  "upstream-unauthorized": "Vonage answered 401: check API key and secret of this traffic",
  "upstream-not-enabled":
    "Vonage answered 402: ask Vonage support to enable the Conversion API for this API key",
  "upstream-unexpected": "Vonage gave a status outside its API: check the base URL",
};

/** Makes the function that takes one report of a channel through to Vonage. */
export function createReporter(config: HandlerConfig) {
  const schema = createReportSchema(Date.now);
  const clients = new Map(
    TRAFFICS.flatMap((traffic) => {
      const credentials = config.credentials[traffic];
      if (credentials === undefined) return [];
      const { baseUrl, timeout } = config;
      const retry = { attempts: 2, baseDelay: 100, maxDelay: 1000 };
      const options = { credentials, baseUrl, timeout, retry };
      return [
        [
          traffic,
          createConversionClient(config.fetch ? { ...options, fetch: config.fetch } : options),
        ] as const,
      ];
    }),
  );

  return async function report(request: Request, channel: Channel, context: HandlerContext): Promise<Answer> {
    const { brakes } = config;
    const decoded = await readParameters(request);
    if (typeof decoded === "string") return problem(UNREADABLE[decoded]);

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
      channel,
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
    const { response, log } = await work;
    if (response !== undefined) return { response, log: { ...seen, ...log } };
    return { response: success(request, caller, log.outcome), log: { ...seen, ...log } };
  };

  async function send(report: ValidReport, traffic: Traffic): Promise<Partial<Answer> & Pick<Answer, "log">> {
    const client = clients.get(traffic);
    if (client === undefined) {
      return problem("not-configured", { detail: `There are no credentials for "${traffic}" traffic here.` });
    }
    const { channel, messageId, delivered, timestamp = Date.now() } = report;
    try {
      // The moment of arrival is sent along, so that a second attempt does not shift it.
      const { status, attempts } = await client[channel]({ messageId, delivered, timestamp });
      return { log: { outcome: status, attempts } };
    } catch (error) {
      if (!isConversionError(error)) throw error;
      const name = UPSTREAM[error.code];
      const retryAfter = String(Math.ceil((error.retryAfter ?? 1000) / 1000));
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

/** JSON for our own clients; for an SDK what Vonage would answer. */
function success(request: Request, caller: Caller, status: string): Response {
  const wantsJson = caller.kind === "token" || request.headers.get("accept")?.includes("application/json");
  return wantsJson ? Response.json({ status }) : new Response(null, { status: 200 });
}

function problem(
  name: ProblemName,
  extensions?: ProblemExtensions,
  headers?: Readonly<Record<string, string>>,
  log: Partial<LogEntry> = {},
): Answer {
  return { response: problemResponse(name, extensions, headers), log: { ...log, outcome: name } };
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

// Every call passes here before its own work: read its parameters, identify its caller, count it against a rate limit.

import { toNetwork } from "../../src/shared/ip-address.ts";
import type { DecodedParameters } from "../../src/wire/parameters.ts";
import type { Traffic } from "../../src/wire/report.ts";
import { parseQuery, readParameters, type Unreadable } from "../../src/wire/request-parameters.ts";
import { type Caller, identifyAdmin, identifyCaller } from "./caller.ts";
import type { LogEntry } from "./log.ts";
import type { HandlerConfig, RateLimit } from "./options.ts";
import { type Answer, type ProblemName, problem } from "./problem.ts";

/** What the runtime knows of a request beside the request. */
export interface HandlerContext {
  /** Keeps work going after the answer, or after the caller has left. */
  readonly waitUntil?: (work: Promise<unknown>) => void;
  /**
   * The client's address, as the platform vouches for it; for rate limits only. An IPv6 address counts with its /64.
   * Without it, all callers that could not be authenticated share one limit, and what anybody may ask has none: from a
   * framework such as Hono hand in its own, say `getConnInfo(c).remote.address`.
   */
  readonly clientAddress?: string | undefined;
  /**
   * Whether the platform holds bodies to their `Content-Length`, so that they can be read faster.
   *
   * @default false
   */
  readonly lengthHolds?: boolean;
}

/** A call that may go on. */
export interface Admitted {
  readonly caller: Caller;
  readonly decoded: DecodedParameters;
  /** What the log says of the caller. */
  readonly seen: { readonly traffic: Traffic; readonly caller: string };
}

/** The one that those without an address share, and with what is no address: a caller may have made it up. */
const NO_ADDRESS = "unknown";

/** The period of the rate limits in wrangler.toml, and so the time to wait. */
const RATE_LIMIT_PERIOD_S = 10;

const UNREADABLE: Readonly<Record<Exclude<Unreadable, "consumed">, ProblemName>> = {
  malformed: "malformed-body",
  too_large: "body-too-large",
  unsupported_type: "unsupported-media-type",
};

/** The answer to a request whose body cannot be read. */
export function answerUnreadable(why: Unreadable): Answer {
  if (why !== "consumed") return problem(UNREADABLE[why]);
  const detail =
    "The server read the body of this request before it came to be answered; its operator has to act.";
  const hint =
    "the body was read before the handler got the request: hand it request.clone(), or the request unread";
  return problem("internal", { detail }, {}, { level: "error", hint });
}

/** URLs end up in logs and in the Referer of other requests. */
const TOKEN_IN_URL = {
  parameter: "token",
  detail: "must not stand in the URL; send it in the form or as Bearer",
};

/** Reads a report's or message's parameters and finds out who sends them; the answer, where it may not go on. */
export async function admit(
  request: Request,
  config: HandlerConfig,
  context: HandlerContext,
): Promise<Admitted | Answer> {
  const { rateLimits } = config;
  const decoded = await readParameters(request, context.lengthHolds);
  const anybody = (answer: Answer) => answerAnybody(config, context, answer);
  if (typeof decoded === "string") return anybody(answerUnreadable(decoded));
  if (decoded.unread === "body") {
    const detail = "The body is declared JSON, and is not one JSON object.";
    return anybody(problem("malformed-body", { detail, errors: decoded.faults }));
  }
  if (parseQuery(request.url).parameters.has("token")) {
    return anybody(problem("invalid-parameters", { errors: [TOKEN_IN_URL] }));
  }

  const authorization = request.headers.get("authorization");
  const caller = await identifyCaller(authorization, decoded.parameters, config, Date.now());
  if (caller === undefined) {
    return refuse(
      config,
      context,
      "Send a report token as `token` in the form or as Bearer, or a proxy key as Bearer or Basic.",
    );
  }
  const seen = {
    traffic: caller.traffic,
    caller: caller.kind === "key" ? `key:${caller.name}` : `token:${caller.kid}`,
  };
  const subject = caller.kind === "key" ? caller.name : `${caller.channel}:${caller.messageId}`;
  if (await isTooFast(rateLimits[caller.kind], subject)) return tooManyRequests(seen);
  return { caller, decoded, seen };
}

/** Lets only the operator on: gives the name of the admin key, or the answer. */
export async function admitAdmin(
  request: Request,
  config: HandlerConfig,
  context: HandlerContext,
): Promise<string | Answer> {
  const name = identifyAdmin(request.headers.get("authorization"), config);
  if (name === undefined) return refuse(config, context, "Send an admin key as Bearer.");
  return (await isTooFast(config.rateLimits.key, `admin:${name}`)) ? tooManyRequests({ caller: name }) : name;
}

/** No Basic challenge: browsers would open a password prompt. */
function refuse(config: HandlerConfig, context: HandlerContext, detail: string): Promise<Answer> {
  const challenge = { "www-authenticate": 'Bearer realm="vonage-conversion"' };
  return answerStranger(config, context, problem("unauthenticated", { detail }, challenge));
}

/** The answer for a caller that could not be authenticated, or 429 where there are too many from that address. */
export async function answerStranger(
  config: Pick<HandlerConfig, "rateLimits">,
  context: HandlerContext,
  answer: Answer,
): Promise<Answer> {
  const network = toNetwork(context.clientAddress ?? "") ?? NO_ADDRESS;
  return (await isTooFast(config.rateLimits.anonymous, network)) ? tooManyRequests() : answer;
}

/** An answer that anybody may have, or 429 where there are too many to that address. */
export async function answerAnybody(
  config: Pick<HandlerConfig, "rateLimits">,
  context: HandlerContext,
  answer: Answer,
): Promise<Answer> {
  return (await refuseFlood(config, context)) ?? answer;
}

/**
 * Counts a request that anybody may make; gives 429 where there are too many from that address. Without an address it is
 * not counted: all callers would share one limit, and a single one could take it from all.
 */
export async function refuseFlood(
  { rateLimits }: Pick<HandlerConfig, "rateLimits">,
  { clientAddress }: HandlerContext,
): Promise<Answer | undefined> {
  if (clientAddress === undefined) return undefined;
  const network = toNetwork(clientAddress) ?? NO_ADDRESS;
  return (await isTooFast(rateLimits.anonymous, network)) ? tooManyRequests() : undefined;
}

function tooManyRequests(log: Partial<LogEntry> = {}): Answer {
  return problem("too-many-requests", {}, { "retry-after": String(RATE_LIMIT_PERIOD_S) }, log);
}

/** A rate limit that fails lets the request pass: it protects against floods, and must not stop reports by itself. */
async function isTooFast(rateLimit: RateLimit | undefined, key: string): Promise<boolean> {
  try {
    return rateLimit !== undefined && !(await rateLimit.limit({ key })).success;
  } catch {
    return false;
  }
}

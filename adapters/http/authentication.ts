// Every call about reports and codes starts here: read its parameters, identify its caller, count it against a rate
// limit.

import { parseJson } from "../../src/wire/json-body.ts";
import { type DecodedParameters, mergeParameters } from "../../src/wire/parameters.ts";
import type { Traffic } from "../../src/wire/report.ts";
import { readQueryAndBody } from "../../src/wire/request-parameters.ts";
import type { Answer } from "./answer.ts";
import { type Caller, identifyAdmin, identifyCaller } from "./caller.ts";
import type { HandlerContext } from "./context.ts";
import type { HandlerConfig } from "./options.ts";
import { answerPublic, answerUnauthenticated, isTooFast, tooManyRequests } from "./rate-limits.ts";
import { answerRefusal } from "./refusal-problem.ts";

/** A request of a known caller. */
export interface Authenticated {
  readonly caller: Caller;
  readonly decoded: DecodedParameters;
  /** The caller, for the log. */
  readonly seen: { readonly traffic: Traffic; readonly caller: string };
}

/** URLs end up in logs and in the Referer of other requests. */
const TOKEN_IN_URL = {
  parameter: "token",
  detail: "must not be in the URL; send it in the form or as Bearer",
};

/** Reads the parameters of a request and identifies its caller; gives the answer when it is refused. */
export async function authenticate(
  request: Request,
  config: HandlerConfig,
  context: HandlerContext,
): Promise<Authenticated | Answer> {
  const asPublic = (answer: Answer) => answerPublic(config, context, answer);
  const read = await readQueryAndBody(request, context.lengthHolds, parseJson);
  if (typeof read === "string") return asPublic(answerRefusal({ reason: "unreadable_body", why: read }));
  const decoded = mergeParameters(read.query, read.body);
  if (decoded.unread === "body") {
    return asPublic(answerRefusal({ reason: "malformed_json", errors: decoded.faults }));
  }
  if (read.query.parameters.has("token")) {
    return asPublic(answerRefusal({ reason: "invalid_parameters", errors: [TOKEN_IN_URL] }));
  }

  const authorization = request.headers.get("authorization");
  const caller = await identifyCaller(authorization, decoded.parameters, config, config.now());
  if (caller === undefined) return refuse(config, context, "token or proxy key");
  const seen = {
    traffic: caller.traffic,
    caller: caller.kind === "key" ? `key:${caller.name}` : `token:${caller.kid}`,
  };
  const subject = caller.kind === "key" ? caller.name : `${caller.channel}:${caller.messageId}`;
  if (await isTooFast(config.rateLimits[caller.kind], subject)) return tooManyRequests(seen);
  return { caller, decoded, seen };
}

/** Identifies the operator by an admin key; gives what the log records about it, or the answer to a caller without one. */
export async function authenticateAdmin(
  request: Request,
  config: HandlerConfig,
  context: HandlerContext,
): Promise<{ readonly caller: string } | Answer> {
  const name = identifyAdmin(request.headers.get("authorization"), config);
  if (name === undefined) return refuse(config, context, "admin key");
  const seen = { caller: `admin:${name}` };
  return (await isTooFast(config.rateLimits.key, seen.caller)) ? tooManyRequests(seen) : seen;
}

function refuse(
  config: HandlerConfig,
  context: HandlerContext,
  wanted: "token or proxy key" | "admin key",
): Promise<Answer> {
  return answerUnauthenticated(config, context, answerRefusal({ reason: "unauthenticated", wanted }));
}

// Which pages may read the answers. The API takes no cookies, and CORS is no authentication: it only keeps other
// sites' pages from using a token that their visitors' browsers hold.

import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";

const OWN_HEADERS = ["Authorization", "Content-Type"];

/** More are asked for by no page: browsers name each header that a script added. */
const MOST_HEADERS = 30;
/** A header's name (RFC 9110, 5.1), of a length that real ones have. */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]{1,64}$/;

/**
 * Answers preflights, and lets allowed pages read answers. Tracing SDKs add headers of their own to every request
 * (`sentry-trace`, `baggage`, `traceparent`, `x-datadog-origin`, `newrelic`, `b3`, …), and one that is not allowed
 * stops the whole request. No list of them stays complete, so whatever header is asked for is allowed: none of them
 * means anything here.
 */
export function createCors(allowedOrigins: readonly string[]): MiddlewareHandler {
  const options = {
    origin: (origin: string) =>
      allowedOrigins.includes("*") || allowedOrigins.includes(origin) ? origin : null,
    allowMethods: ["POST"],
    exposeHeaders: ["Retry-After", "WWW-Authenticate", "X-Request-Id"],
    maxAge: 86_400,
  };
  const answer = cors({ ...options, allowHeaders: OWN_HEADERS });
  return (c, next) => {
    const asked = c.req.method === "OPTIONS" && c.req.header("access-control-request-headers");
    return asked ? cors({ ...options, allowHeaders: toAllowed(asked) })(c, next) : answer(c, next);
  };
}

/** Ours, and those that were asked for, within bounds: what is beyond them is not repeated. */
function toAllowed(asked: string): string[] {
  const known = OWN_HEADERS.map((name) => name.toLowerCase());
  const others = asked
    .split(",", MOST_HEADERS)
    .map((name) => name.trim())
    .filter((name) => HEADER_NAME.test(name) && !known.includes(name.toLowerCase()));
  return [...OWN_HEADERS, ...others];
}

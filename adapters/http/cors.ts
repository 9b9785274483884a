// Lets the pages of allowed origins read the answers. CORS is not authentication, and the API uses no cookies: CORS only
// keeps pages of other sites from using a token that a browser holds.

import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";

const OWN_HEADERS = ["Authorization", "Content-Type"];

/** No real page asks for more: browsers list only the headers that scripts added. */
const MOST_HEADERS = 30;
/** A header's name (RFC 9110, section 5.1), no longer than real ones are. */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]{1,64}$/;

/**
 * Answers preflights, and lets allowed pages read answers. Tracing SDKs add headers to every request (`sentry-trace`,
 * `baggage`, `traceparent`, `x-datadog-origin`, `newrelic`, `b3`, …), and a single header that is not allowed makes the
 * browser block the request. No list of them stays complete, so every requested header is allowed: the handler ignores
 * them.
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

/** The handler's own headers and the requested ones, within limits: an answer must not repeat arbitrary input. */
function toAllowed(asked: string): string[] {
  const known = OWN_HEADERS.map((name) => name.toLowerCase());
  const others = asked
    .split(",", MOST_HEADERS)
    .map((name) => name.trim())
    .filter((name) => HEADER_NAME.test(name) && !known.includes(name.toLowerCase()));
  return [...OWN_HEADERS, ...others];
}

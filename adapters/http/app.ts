// Shared by all routes: CORS, request ids, the headers of every answer, the answers to errors, and the log.

import type { Context } from "hono";
import { Hono } from "hono/tiny";
import { getPath } from "hono/utils/url";
import { toRunbook } from "../../src/operator/signs.ts";
import { toNormalPath } from "../../src/wire/normal-path.ts";
import type { Answer } from "./answer.ts";
import type { HandlerContext } from "./context.ts";
import { createCors } from "./cors.ts";
import { type LogEntry, logToConsole } from "./log.ts";
import type { RateLimits } from "./ports/rate-limit.ts";
import { STORAGE_PROBLEMS, StorageUnavailable } from "./ports/storage-unavailable.ts";
import { problem } from "./problem.ts";
import { answerPublic, limitPublic } from "./rate-limits.ts";

/** Answers one request. `context` is what the runtime knows about it. */
export type ConversionHandler = (request: Request, context?: HandlerContext) => Promise<Response>;

/** Collected while a request is answered. */
interface Trail {
  readonly requestId: string;
  readonly log: Partial<LogEntry>;
}

export type AppEnv = { Bindings: HandlerContext & { readonly trail: Trail } };

/** The part of the configuration that also applies while settings are missing. */
export interface AppConfig {
  readonly allowedOrigins: readonly string[];
  readonly rateLimits: RateLimits;
}

type Log = (entry: LogEntry) => void;

type Method = "GET" | "POST" | "DELETE";

const COMMON_HEADERS = { "cache-control": "no-store", "x-content-type-options": "nosniff" };

/** Makes an application without routes. */
export function createApp(config: AppConfig): Hono<AppEnv> {
  // SDKs whose base URL ends in a slash call `//conversions/sms`. The sandbox does the same.
  const app = new Hono<AppEnv>({ getPath: (request) => toNormalPath(getPath(request)) });
  if (config.allowedOrigins.length > 0) {
    const cors = createCors(config.allowedOrigins);
    app.use(async (c, next) => {
      const refusal = c.req.method === "OPTIONS" ? await limitPublic(config, c.env) : undefined;
      return refusal === undefined ? cors(c, next) : respond(c, refusal);
    });
  }
  app.notFound(async (c) => respond(c, await answerPublic(config, c.env, problem("not-found"))));
  // The text of an unknown error may quote anything, so only its class is logged.
  app.onError((error, c) => {
    if (error instanceof StorageUnavailable) {
      const { problem: name, hint } = STORAGE_PROBLEMS[error.object];
      return respond(c, problem(name, {}, { "retry-after": "1" }, { level: "error", hint }));
    }
    return respond(c, problem("internal", {}, {}, { level: "error", hint: `uncaught ${error.name}` }));
  });
  return app;
}

/**
 * Serves a path with its methods; all others get 405. A path has one handler only: Hono answers a request that matches
 * a single handler without composing a chain, which costs about 5 % on workerd.
 *
 * @param log Added to the log entries of this path.
 */
export function addRoute(
  app: Hono<AppEnv>,
  config: AppConfig,
  path: string,
  methods: Partial<Record<Method, (c: Context<AppEnv>) => Answer | Promise<Answer>>>,
  log: Partial<LogEntry> = {},
): void {
  const handlers = new Map(Object.entries(methods));
  const get = handlers.get("GET");
  if (get !== undefined) handlers.set("HEAD", get);
  const allow = [...handlers.keys()].sort().join(", ");
  const refusal = problem("method-not-allowed", { detail: `Allowed here: ${allow}.` }, { allow });
  app.all(path, async (c) => {
    const handle = handlers.get(c.req.method);
    if (handle === undefined) return respond(c, await answerPublic(config, c.env, refusal));
    // The log gets the pattern: the path itself may hold a message id.
    Object.assign(c.env.trail.log, { route: path }, log);
    return respond(c, await handle(c));
  });
}

/** Makes the response, and hands its log entry on. */
export function respond(c: Context<AppEnv>, { status, headers, body, log }: Answer): Response {
  const { trail } = c.env;
  Object.assign(trail.log, log);
  return new Response(body, {
    status,
    headers: { ...headers, ...COMMON_HEADERS, "x-request-id": trail.requestId },
  });
}

/**
 * Gives every request an id, logs it once, and keeps its work alive if the caller leaves. This is no middleware because
 * each costs about 5 % on workerd.
 */
export function observe(app: Hono<AppEnv>, log: Log = logToConsole): ConversionHandler {
  return (request, context = {}) => {
    const answered = answer(request, context);
    // At once: a page may close before its caller is identified, and its report must go out nevertheless.
    context.waitUntil?.(answered);
    return answered;
  };

  async function answer(request: Request, context: HandlerContext): Promise<Response> {
    const started = Date.now();
    // Always generated here: nothing in the log may come from the caller.
    const requestId = crypto.randomUUID();
    const trail: Trail = { requestId, log: {} };
    const response = await app.fetch(request, { ...context, trail });
    const { status } = response;
    const { method } = request;
    if (method === "OPTIONS") {
      // hono/cors answers preflights itself, without these headers.
      const headers = { ...COMMON_HEADERS, "x-request-id": requestId };
      for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
    }
    const ms = Date.now() - started;
    const entry = {
      level: "info",
      requestId,
      method,
      route: null,
      status,
      outcome: "ok",
      ms,
      ...trail.log,
    } as const;
    write(log, entry.level === "error" ? { ...entry, runbook: toRunbook(entry.outcome) } : entry);
    return response;
  }
}

/** A log that throws or rejects must not break an answer. */
function write(log: Log, entry: LogEntry): void {
  try {
    const written: unknown = log(entry);
    if (written instanceof Promise) written.catch(() => {});
  } catch {}
}

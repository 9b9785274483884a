// Routing, CORS, request ids and the log, around the way of one report.

import type { Context, MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { methodNotAllowed } from "hono/method-not-allowed";
import { Hono } from "hono/tiny";
import type { Channel } from "../../src/report.ts";
import { type LogEntry, logToConsole } from "./log.ts";
import type { HandlerConfig } from "./options.ts";
import { problemResponse } from "./problem.ts";
import { createReporter, type HandlerContext } from "./report.ts";

/** Answers one request. The second argument is what the runtime knows beside it. */
export type ConversionHandler = (request: Request, context?: HandlerContext) => Promise<Response>;

/** Names of settings that are missing or wrong; never their values. */
export interface IncompleteConfiguration {
  readonly missing: readonly string[];
  readonly invalid: readonly { readonly name: string; readonly detail: string }[];
}

type AppEnv = { Bindings: HandlerContext; Variables: { log: Partial<LogEntry> } };

/** Makes the handler from a complete configuration. */
export function createHandler(config: HandlerConfig): ConversionHandler {
  const report = createReporter(config);
  const app = createApp(config.log, config.allowedOrigins);
  const callers = [config.tokenSecrets.length > 0 && "token", config.proxyKeys.length > 0 && "key"].filter(
    Boolean,
  );
  const health = { status: "ok", traffic: Object.keys(config.credentials), callers };

  app.get("/health", (c) => c.json(health));
  for (const channel of ["sms", "voice"] satisfies Channel[]) {
    app.post(`/conversions/${channel}`, async (c) => {
      const { response, log } = await report(c.req.raw, channel, c.env);
      c.set("log", log);
      return response;
    });
  }
  return toHandler(app);
}

/** Makes the handler that says, on every route, what the configuration lacks: nothing runs half set up. */
export function createIncompleteHandler(incomplete: IncompleteConfiguration): ConversionHandler {
  const app = createApp(undefined, []);
  app.all("*", (c) => {
    const names = [...incomplete.missing, ...incomplete.invalid.map(({ name }) => name)].join(", ");
    c.set("log", { level: "error", outcome: "not-configured", hint: `set: ${names}` });
    return problemResponse("not-configured", { detail: `To be set: ${names}.`, ...incomplete });
  });
  return toHandler(app);
}

function createApp(
  log: HandlerConfig["log"] = logToConsole,
  allowedOrigins: readonly string[],
): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.use(observe(log));
  if (allowedOrigins.length > 0) {
    app.use(
      cors({
        origin: (origin) => (allowedOrigins.includes("*") || allowedOrigins.includes(origin) ? origin : null),
        allowMethods: ["POST"],
        allowHeaders: ["Authorization", "Content-Type"],
        exposeHeaders: ["Retry-After", "WWW-Authenticate", "X-Request-Id"],
        maxAge: 86_400,
      }),
    );
  }
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) => {
        const allow = methods.join(", ");
        return answer(c, "method-not-allowed", { detail: `Allowed here: ${allow}.` }, { allow });
      },
    }),
  );
  app.notFound((c) => answer(c, "not-found"));
  app.onError((error, c) => {
    // An unknown error's text may quote anything, so only its kind is logged.
    c.set("log", { level: "error", outcome: "internal", hint: `uncaught ${error.name}` });
    return problemResponse("internal");
  });
  return app;
}

/** Request id, headers of every answer, and one log entry. */
function observe(log: NonNullable<HandlerConfig["log"]>): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const started = Date.now();
    // Ours, never the caller's: what is logged must not come from outside.
    const requestId = crypto.randomUUID();
    await next();
    const { headers, status } = c.res;
    headers.set("x-request-id", requestId);
    headers.set("cache-control", "no-store");
    headers.set("x-content-type-options", "nosniff");
    const known = c.get("log") ?? { outcome: status < 300 ? "ok" : "error" };
    const route = status === 404 || status === 405 ? null : c.req.path;
    const { method } = c.req;
    const entry = {
      level: "info",
      requestId,
      method,
      route,
      status,
      outcome: "ok",
      ms: Date.now() - started,
    } as const;
    try {
      log({ ...entry, ...known });
    } catch {
      // A broken log must not break an answer.
    }
  };
}

function answer(c: Context<AppEnv>, ...[name, ...rest]: Parameters<typeof problemResponse>): Response {
  c.set("log", { outcome: name });
  return problemResponse(name, ...rest);
}

function toHandler(app: Hono<AppEnv>): ConversionHandler {
  return async (request, context = {}) => app.fetch(request, context);
}

// Routing, CORS, request ids and the log, around the way of one report.

import type { Context } from "hono";
import { Hono } from "hono/tiny";
import { getPath } from "hono/utils/url";
import { JSON_HEADERS } from "../../src/shared/json-headers.ts";
import { toNormalPath } from "../../src/wire/normal-path.ts";
import { CHANNELS, TRAFFICS } from "../../src/wire/report.ts";
import type { HandlerContext } from "./context.ts";
import { createCors } from "./cors.ts";
import { createEraser } from "./erase.ts";
import { type LogEntry, logToConsole } from "./log.ts";
import { createOperator } from "./operator.ts";
import type { HandlerConfig } from "./options.ts";
import type { Erase } from "./ports/erase.ts";
import type { Ledger } from "./ports/ledger.ts";
import { STORAGE_PROBLEMS, StorageUnavailable } from "./ports/storage-unavailable.ts";
import type { UnreadableRows } from "./ports/unreadable-rows.ts";
import { type Answer, problem } from "./problem.ts";
import { answerPublic, limitPublic } from "./rate-limits.ts";
import { answerRefusal } from "./refusal-problem.ts";
import { createReportRoute } from "./report.ts";
import { createSubmission } from "./submission.ts";
import { createTracking, createTrackRoute } from "./track.ts";
import type { createTwoFactorCalls } from "./two-factor/calls.ts";
import type { Examination } from "./two-factor/examine.ts";
import type { TwoFactor } from "./two-factor/service.ts";
import type { SetupNote } from "./two-factor/setup-notes.ts";
import type { createWebhooks } from "./two-factor/webhooks.ts";

/** Answers one request. The second argument is what the runtime knows beside it. */
export type ConversionHandler = (request: Request, context?: HandlerContext) => Promise<Response>;

/** Names of settings that are missing or wrong; never their values. */
export interface IncompleteConfiguration {
  /** The rate limits that are set in spite of it. */
  readonly rateLimits?: HandlerConfig["rateLimits"];
  readonly allowedOrigins: readonly string[];
  readonly missing: readonly string[];
  readonly invalid: readonly { readonly name: string; readonly detail: string }[];
  /** Variables that look like settings: one of them may be what is missing. Left out where there are none. */
  readonly notes?: readonly SetupNote[];
}

/** What a request gathers on its way: its id, and what the log should say of it. */
interface Trail {
  readonly requestId: string;
  log: Partial<LogEntry>;
}

type AppEnv = { Bindings: HandlerContext & { readonly trail: Trail } };

type Method = "GET" | "POST" | "DELETE";

const COMMON_HEADERS = { "cache-control": "no-store", "x-content-type-options": "nosniff" };

/** What a platform adds to the handler; without it, reports are forwarded and forgotten, and no codes are sent. */
export interface HandlerParts {
  readonly ledger?: Ledger | undefined;
  readonly twoFactor?: TwoFactorParts | undefined;
  /** Removes what is stored of a number. */
  readonly erase?: Erase | undefined;
  /** What of the workflow's storage could not be read. */
  readonly unreadable?: UnreadableRows | undefined;
  /** Settings to look at, whatever else is found. */
  readonly notes?: readonly SetupNote[];
}

/** The workflow, handed in whole: a handler without it does not pay for it. */
export interface TwoFactorParts {
  readonly service: Pick<TwoFactor, "counts" | "measureTexts">;
  /** Left out: `doctor` and `/health` say nothing of the setup. */
  readonly examination?: Examination;
  readonly calls: ReturnType<typeof createTwoFactorCalls>;
  readonly webhooks: ReturnType<typeof createWebhooks>;
}

/** Makes the handler from a complete configuration. */
export function createHandler(
  config: HandlerConfig,
  { ledger, twoFactor, unreadable, erase, notes: always = [] }: HandlerParts = {},
): ConversionHandler {
  const report = createReportRoute(config, createSubmission(config, ledger));
  const track = ledger && createTrackRoute(config, createTracking(config, ledger));
  const operator = createOperator(config, ledger, twoFactor, unreadable, always);
  const app = createApp(config);
  const callers = [config.tokenSecrets.length > 0 && "token", config.proxyKeys.length > 0 && "key"].filter(
    Boolean,
  );
  const traffic = TRAFFICS.filter((one) => config.credentials[one]);
  const holds = ledger ? { shards: ledger.shards } : false;
  const health = {
    status: "ok",
    traffic,
    callers,
    ledger: holds,
    twoFactor: twoFactor !== undefined,
    // Tells clients that a start, check or resend may be repeated under its key.
    idempotencyKeys: twoFactor !== undefined,
  };

  const anybody = (c: Context<AppEnv>, answer: Answer) => answerPublic(config, c.env, answer);

  route(app, config, "/health", {
    GET: async (c) => {
      // Before the notes, which an object is asked for.
      const refusal = await limitPublic(config, c.env);
      if (refusal !== undefined) return refusal;
      const notes = [...always, ...((await twoFactor?.examination?.notes()) ?? [])];
      const body = JSON.stringify({ ...health, ...(notes.length > 0 && { notes }) });
      return { status: 200, headers: JSON_HEADERS, body, log: { outcome: "ok" } };
    },
  });
  for (const channel of CHANNELS) {
    route(app, config, `/conversions/${channel}`, {
      POST: async (c) => {
        const answer = await report(c.req.raw, channel, c.env);
        return { ...answer, log: { channel, ...answer.log } };
      },
    });
  }
  route(app, config, "/messages", {
    POST: (c) => track?.(c.req.raw, c.env) ?? anybody(c, answerRefusal({ reason: "no_ledger" })),
  });
  route(app, config, "/reports", { GET: (c) => operator.list(c.req.raw, c.env) });
  route(app, config, "/reports/:channel/:messageId/retry", {
    POST: (c) => {
      const { channel = "", messageId = "" } = c.req.param();
      return operator.retry(c.req.raw, c.env, channel, messageId);
    },
  });
  route(app, config, "/stats", { GET: (c) => operator.stats(c.req.raw, c.env) });
  const eraser = createEraser(config, erase);
  route(app, config, "/erase", { POST: (c) => eraser(c.req.raw, c.env) });
  route(app, config, "/doctor", { POST: (c) => operator.doctor(c.req.raw, c.env) });

  type Part = (request: Request, context: HandlerContext, id: string) => Answer | Promise<Answer>;
  const ofTwoFactor = (pick: (parts: TwoFactorParts) => Part) => (c: Context<AppEnv>) =>
    twoFactor === undefined
      ? anybody(c, problem("no-two-factor"))
      : pick(twoFactor)(c.req.raw, c.env, c.req.param("id") ?? "");
  route(app, config, "/2fa", { POST: ofTwoFactor(({ calls }) => calls.start) });
  route(app, config, "/2fa/:id", {
    GET: ofTwoFactor(({ calls }) => calls.look),
    DELETE: ofTwoFactor(({ calls }) => calls.cancel),
  });
  route(app, config, "/2fa/:id/check", { POST: ofTwoFactor(({ calls }) => calls.check) });
  route(app, config, "/2fa/:id/resend", { POST: ofTwoFactor(({ calls }) => calls.resend) });
  const receipts = ofTwoFactor(({ webhooks }) => webhooks.deliveryReceipt);
  route(app, config, "/webhooks/delivery-receipt", { GET: receipts, POST: receipts });
  const replies = ofTwoFactor(({ webhooks }) => webhooks.inboundSms);
  route(app, config, "/webhooks/inbound-sms", { GET: replies, POST: replies });
  return observe(app, config.log);
}

/** Makes the handler that says, on every route, what the configuration lacks: nothing runs half set up. */
export function createIncompleteHandler({
  allowedOrigins,
  rateLimits = {},
  ...incomplete
}: IncompleteConfiguration): ConversionHandler {
  const config = { allowedOrigins, rateLimits };
  const app = createApp(config);
  const names = [...new Set([...incomplete.missing, ...incomplete.invalid.map(({ name }) => name)])].join(
    ", ",
  );
  const log = { level: "error", hint: `missing or wrong settings: ${names}` } as const;
  const answer = problem("not-configured", { detail: `Missing or wrong: ${names}.`, ...incomplete }, {}, log);
  app.all("*", async (c) => respond(c, await answerPublic(config, c.env, answer)));
  return observe(app);
}

interface Openness {
  readonly allowedOrigins: readonly string[];
  readonly rateLimits: HandlerConfig["rateLimits"];
}

function createApp(config: Openness): Hono<AppEnv> {
  // As the sandbox does: SDKs whose base URL ends in a slash call `//conversions/sms`.
  const app = new Hono<AppEnv>({ getPath: (request) => toNormalPath(getPath(request)) });
  if (config.allowedOrigins.length > 0) {
    const cors = createCors(config.allowedOrigins);
    app.use(async (c, next) => {
      const refusal = c.req.method === "OPTIONS" ? await limitPublic(config, c.env) : undefined;
      return refusal === undefined ? cors(c, next) : respond(c, refusal);
    });
  }
  app.notFound(async (c) => respond(c, await answerPublic(config, c.env, problem("not-found"))));
  // An unknown error's text may quote anything, so only its kind is logged.
  app.onError((error, c) => {
    if (error instanceof StorageUnavailable) {
      const { problem: name, hint } = STORAGE_PROBLEMS[error.object];
      return respond(c, problem(name, {}, { "retry-after": "1" }, { level: "error", hint }));
    }
    return respond(c, problem("internal", {}, {}, { level: "error", hint: `uncaught ${error.name}` }));
  });
  return app;
}

/** Serves a route with its methods, and says 405 to all others. */
function route(
  app: Hono<AppEnv>,
  config: Openness,
  path: string,
  methods: Partial<Record<Method, (c: Context<AppEnv>) => Answer | Promise<Answer>>>,
): void {
  for (const [method, handle] of Object.entries(methods)) {
    app.on(method, path, async (c) => {
      // The pattern, never the path as it came.
      c.env.trail.log = { route: path };
      return respond(c, await handle(c));
    });
  }
  const allow = Object.keys(methods)
    .flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]))
    .join(", ");
  const refusal = problem("method-not-allowed", { detail: `Allowed here: ${allow}.` }, { allow });
  app.all(path, async (c) => respond(c, await answerPublic(config, c.env, refusal)));
}

/** Makes the response, with the headers of every answer, and leaves for the log what it should say. */
function respond(c: Context<AppEnv>, { status, headers, body, log }: Answer): Response {
  const { trail } = c.env;
  trail.log = { ...trail.log, ...log };
  return new Response(body, {
    status,
    headers: { ...headers, ...COMMON_HEADERS, "x-request-id": trail.requestId },
  });
}

/** Gives every request an id, and writes one log entry. Not a middleware: each costs about 5 % on workerd. */
function observe(
  app: Hono<AppEnv>,
  log: NonNullable<HandlerConfig["log"]> = logToConsole,
): ConversionHandler {
  return async (request, context = {}) => {
    const started = Date.now();
    // Ours, never the caller's: what is logged must not come from outside.
    const requestId = crypto.randomUUID();
    const trail: Trail = { requestId, log: {} };
    const response = await app.fetch(request, { ...context, trail });
    const { status } = response;
    if (request.method === "OPTIONS") {
      // hono/cors answers preflights by itself.
      const headers = { ...COMMON_HEADERS, "x-request-id": requestId };
      for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
    }
    const ms = Date.now() - started;
    const { method } = request;
    write(log, { level: "info", requestId, method, route: null, status, outcome: "ok", ms, ...trail.log });
    return response;
  };
}

/** A broken log, throwing or rejecting, must not break an answer. */
async function write(log: NonNullable<HandlerConfig["log"]>, entry: LogEntry): Promise<void> {
  try {
    await log(entry);
  } catch {}
}

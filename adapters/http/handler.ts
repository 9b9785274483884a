// The routes.

import type { Context } from "hono";
import { CHANNELS, TRAFFICS } from "../../src/wire/report.ts";
import { type Answer, answerJson } from "./answer.ts";
import { type AppEnv, addRoute, type ConversionHandler, createApp, observe } from "./app.ts";
import type { HandlerContext } from "./context.ts";
import { createEraser } from "./erase.ts";
import { createInsightRoutes } from "./insight/routes.ts";
import { createOperator } from "./operator.ts";
import type { HandlerConfig } from "./options.ts";
import type { Erase } from "./ports/erase.ts";
import type { Insight } from "./ports/insight.ts";
import type { Ledger } from "./ports/ledger.ts";
import type { UnreadableRows } from "./ports/unreadable-rows.ts";
import { answerPublic, limitPublic } from "./rate-limits.ts";
import { answerRefusal } from "./refusal-problem.ts";
import { createReportRoute } from "./report.ts";
import type { ReadDestination } from "./sent-facts.ts";
import { createSubmission } from "./submission.ts";
import { createTracking, createTrackRoute } from "./track.ts";
import type { createTwoFactorCalls } from "./two-factor/calls.ts";
import type { Examination } from "./two-factor/examine.ts";
import type { TwoFactor } from "./two-factor/service.ts";
import type { SetupNote } from "./two-factor/setup-notes.ts";
import type { createWebhooks } from "./two-factor/webhooks.ts";

/** The parts that a platform adds. Without a ledger, reports are forwarded and not kept; without the workflow, no codes are sent. */
export interface HandlerParts {
  readonly ledger?: Ledger | undefined;
  readonly twoFactor?: TwoFactorParts | undefined;
  readonly erase?: Erase | undefined;
  readonly unreadable?: UnreadableRows | undefined;
  readonly insight?: Insight | undefined;
  /** Reads numbers of messages that were sent elsewhere. */
  readonly readDestination?: ReadDestination | undefined;
  /** Variables that look like misspelt settings. */
  readonly notes?: readonly SetupNote[];
}

/** The workflow, passed in so that a handler without it does not bundle it. */
export interface TwoFactorParts {
  readonly service: Pick<TwoFactor, "counts" | "measureTexts">;
  /** Without it, `doctor` and `/health` say nothing about the setup. */
  readonly examination?: Examination;
  readonly calls: ReturnType<typeof createTwoFactorCalls>;
  readonly webhooks: ReturnType<typeof createWebhooks>;
}

/** Makes the handler from a complete configuration. */
export function createHandler(
  config: HandlerConfig,
  {
    ledger,
    twoFactor,
    unreadable,
    erase,
    insight,
    readDestination,
    notes: fixedNotes = [],
  }: HandlerParts = {},
): ConversionHandler {
  const report = createReportRoute(config, createSubmission(config, ledger));
  const track = ledger && createTrackRoute(config, createTracking(config, ledger, readDestination));
  const operator = createOperator(config, ledger, twoFactor, unreadable, fixedNotes);
  const app = createApp(config);
  const callers = [config.tokenSecrets.length > 0 && "token", config.proxyKeys.length > 0 && "key"].filter(
    Boolean,
  );
  const traffic = TRAFFICS.filter((one) => config.credentials[one]);
  const health = {
    status: "ok",
    traffic,
    callers,
    ledger: ledger ? { shards: ledger.shards } : false,
    twoFactor: twoFactor !== undefined,
    // Clients may repeat a start, check or resend under its key.
    idempotencyKeys: twoFactor !== undefined,
  };

  const asPublic = (c: Context<AppEnv>, answer: Answer) => answerPublic(config, c.env, answer);

  addRoute(app, config, "/health", {
    GET: async (c) => {
      // The limit comes first, because the notes cost a call to a Durable Object.
      const refusal = await limitPublic(config, c.env);
      if (refusal !== undefined) return refusal;
      const notes = [...fixedNotes, ...((await twoFactor?.examination?.notes()) ?? [])];
      return answerJson(200, { ...health, ...(notes.length > 0 && { notes }) }, { outcome: "ok" });
    },
  });
  for (const channel of CHANNELS) {
    const methods = { POST: (c: Context<AppEnv>) => report(c.req.raw, channel, c.env) };
    addRoute(app, config, `/conversions/${channel}`, methods, { channel });
  }
  addRoute(app, config, "/messages", {
    POST: (c) => track?.(c.req.raw, c.env) ?? asPublic(c, answerRefusal({ reason: "no_ledger" })),
  });
  addRoute(app, config, "/reports", { GET: (c) => operator.list(c.req.raw, c.env) });
  const ofReport = (answer: typeof operator.find) => (c: Context<AppEnv>) => {
    const { channel = "", messageId = "" } = c.req.param() as Readonly<Record<string, string>>;
    return answer(c.req.raw, c.env, channel, messageId);
  };
  addRoute(app, config, "/reports/:channel/:messageId", { GET: ofReport(operator.find) });
  addRoute(app, config, "/reports/:channel/:messageId/retry", { POST: ofReport(operator.retry) });
  addRoute(app, config, "/stats", { GET: (c) => operator.stats(c.req.raw, c.env) });
  const figures = createInsightRoutes(config, insight);
  addRoute(app, config, "/insight", { GET: (c) => figures.query(c.req.raw, c.env) });
  addRoute(app, config, "/insight/alarms", { GET: (c) => figures.alarms(c.req.raw, c.env) });
  addRoute(app, config, "/metrics", { GET: (c) => figures.metrics(c.req.raw, c.env) });
  const eraser = createEraser(config, erase);
  addRoute(app, config, "/erase", { POST: (c) => eraser(c.req.raw, c.env) });
  addRoute(app, config, "/doctor", { POST: (c) => operator.doctor(c.req.raw, c.env) });

  type Part = (request: Request, context: HandlerContext, id: string) => Answer | Promise<Answer>;
  const ofTwoFactor = (pick: (parts: TwoFactorParts) => Part) => (c: Context<AppEnv>) =>
    twoFactor === undefined
      ? asPublic(c, answerRefusal({ reason: "no_two_factor" }))
      : pick(twoFactor)(c.req.raw, c.env, c.req.param("id") ?? "");
  addRoute(app, config, "/2fa", { POST: ofTwoFactor(({ calls }) => calls.start) });
  addRoute(app, config, "/2fa/:id", {
    GET: ofTwoFactor(({ calls }) => calls.look),
    DELETE: ofTwoFactor(({ calls }) => calls.cancel),
  });
  addRoute(app, config, "/2fa/:id/check", { POST: ofTwoFactor(({ calls }) => calls.check) });
  addRoute(app, config, "/2fa/:id/resend", { POST: ofTwoFactor(({ calls }) => calls.resend) });
  const receipts = ofTwoFactor(({ webhooks }) => webhooks.deliveryReceipt);
  addRoute(app, config, "/webhooks/delivery-receipt", { GET: receipts, POST: receipts });
  const replies = ofTwoFactor(({ webhooks }) => webhooks.inboundSms);
  addRoute(app, config, "/webhooks/inbound-sms", { GET: replies, POST: replies });
  const calls = ofTwoFactor(({ webhooks }) => webhooks.voiceEvent);
  addRoute(app, config, "/webhooks/voice-event", { GET: calls, POST: calls });
  return observe(app, config.log);
}

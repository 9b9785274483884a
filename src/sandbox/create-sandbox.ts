import { ConversionError } from "../client/errors.ts";
import { integer, objectOf, required, validate } from "../shared/validation.ts";
import { toNormalPath } from "../wire/normal-path.ts";
import type { SandboxAccount } from "./accounts.ts";
import { createApi } from "./api.ts";
import { createBackground } from "./background.ts";
import { createCallEvents } from "./call-events.ts";
import { createCarrier } from "./carrier.ts";
import { answerControl } from "./control.ts";
import type { RecordedReport } from "./conversions.ts";
import { createExchangeLog } from "./exchanges.ts";
import { type ActiveFault, faultSchema } from "./faults.ts";
import { requiredFlag, requiredText } from "./fields.ts";
import { createFetch } from "./foreign-signal.ts";
import { createHandsetStore } from "./handset.ts";
import { createRateLimit, type RateLimit, refuseAboveLimit } from "./limit.ts";
import { type SandboxOptions, sandboxOptionsSchema } from "./options.ts";
import { createRouting } from "./routing/routing.ts";
import type { Sandbox } from "./sandbox.ts";
import { createRealTimeline, type Timeline } from "./timeline.ts";
import { createWebhookSender } from "./webhooks.ts";

/**
 * Makes a stand-in for Vonage. The entry `./sandbox` documents it.
 *
 * @throws {ConversionError} `invalid_options`.
 */
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  const { now = Date.now } = validate(sandboxOptionsSchema, options, "invalid_options");
  return createSandboxOn(createRealTimeline(now), options);
}

/**
 * The same on another clock.
 *
 * @param onReset Called at each reset, and at the start.
 * @throws {ConversionError} `invalid_options`.
 */
export function createSandboxOn(
  timeline: Timeline,
  options: SandboxOptions,
  onReset: () => void = () => {},
): Sandbox {
  const given = validate(sandboxOptionsSchema, options, "invalid_options");
  const { accounts: initial, rejectionStatus, maxReports, fetch: send } = given;
  const accounts = new Map<string, SandboxAccount>();
  const reports: RecordedReport[] = [];
  const faults: ActiveFault[] = [];
  let limit: RateLimit | undefined;
  const background = createBackground(given.waitUntil, timeline);
  const exchanges = createExchangeLog();
  const webhooks = createWebhookSender(send, exchanges, timeline, given.webhookOrigins);
  const calls = createCallEvents(accounts, webhooks, background, timeline);
  const handsets = createHandsetStore(accounts, webhooks, background, calls.answered, timeline);
  const routing = createRouting(timeline.now);
  const carrier = createCarrier(handsets, webhooks, calls, background, routing, timeline);
  const api = createApi({
    accounts,
    faults,
    carrier,
    exchanges,
    rejectionStatus,
    refuse: (apiKey, at) => limit && refuseAboveLimit(limit, apiKey, at),
    record: (report) => {
      reports.push(report);
      if (reports.length > maxReports) reports.shift();
      routing.reported(report.messageId, report.delivered);
    },
    timeline,
  });

  const changeAccount = (change: Pick<SandboxAccount, "apiKey"> & Partial<SandboxAccount>) => {
    const account = accounts.get(change.apiKey);
    if (account === undefined) throw new ConversionError("invalid_options", "no account has this apiKey");
    accounts.set(change.apiKey, { ...account, ...change });
  };

  const sandbox: Sandbox = {
    fetch: createFetch(async (request) =>
      /^\/sandbox(?:\/|$)/.test(toNormalPath(new URL(request.url).pathname))
        ? answerControl(request, sandbox, accounts, faults)
        : api(request),
    ),
    reports: () => [...reports],
    fail: (fault) => {
      faults.push(validate(faultSchema, fault, "invalid_options"));
    },
    enable: (apiKey, enabled) =>
      changeAccount(validate(enableSchema, { apiKey, enabled }, "invalid_options")),
    insistOnQuery: (apiKey, queryOnly) =>
      changeAccount(validate(insistSchema, { apiKey, queryOnly }, "invalid_options")),
    limit: (perSecond, retryAfter) => {
      limit = createRateLimit(perSecond, retryAfter);
    },
    handset: handsets.handset,
    carrier: carrier.configure,
    carriers: routing.configure,
    routing: routing.view,
    webhooks: webhooks.configure,
    exchanges: (after = 0) => exchanges.since(validate(afterSchema, { after }, "invalid_options").after),
    idle: background.idle,
    reset: () => {
      onReset();
      reports.length = 0;
      faults.length = 0;
      limit = undefined;
      background.forget();
      handsets.forget();
      exchanges.forget();
      carrier.configure({});
      routing.configure(options.carriers ?? [], { timeScale: 1, seed: 1, ...options.router });
      routing.forget();
      webhooks.configure(options.webhooks ?? {});
      accounts.clear();
      for (const account of initial) accounts.set(account.apiKey, account);
    },
  };
  sandbox.reset();
  return Object.freeze(sandbox);
}

const enableSchema = objectOf({ apiKey: requiredText, enabled: requiredFlag });
const insistSchema = objectOf({ apiKey: requiredText, queryOnly: requiredFlag });
const afterSchema = objectOf({ after: required(integer(0, Number.MAX_SAFE_INTEGER)) });

import { ConversionError } from "../client/errors.ts";
import { isTaken } from "../client/platform-request.ts";
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
import { untilAborted } from "./foreign-signal.ts";
import { createHandsetStore } from "./handset.ts";
import { createRateLimit, type RateLimit, refuseAboveLimit } from "./limit.ts";
import { type SandboxOptions, sandboxOptionsSchema } from "./options.ts";
import { createRouting } from "./routing/routing.ts";
import type { Sandbox } from "./sandbox.ts";
import { createWebhookSender } from "./webhooks.ts";

/**
 * Makes a stand-in for Vonage, for development and tests. It has the Conversion API, the SMS API, the US short code
 * 2FA API and calls of the Voice API, with their authentication, strict validation, and the statuses and bodies that
 * Vonage sends. Messages arrive on handsets; delivery receipts and replies are sent as webhooks; faults happen on
 * demand. Only these webhooks leave the process.
 *
 * @throws {ConversionError} `invalid_options`.
 *
 * @example
 * const sandbox = createSandbox();
 * const client = createConversionClient({ credentials: SANDBOX_CREDENTIALS.twoFactor, fetch: sandbox.fetch });
 * await client.sms({ messageId: "0A0000000123ABCD1", delivered: true });
 * sandbox.reports(); // [{ channel: "sms", messageId: "0A0000000123ABCD1", delivered: true, … }]
 *
 * @example
 * // Two carriers compete for a network. One loses every second text, and its receipts hide that.
 * const sandbox = createSandbox({
 *   carriers: [
 *     { name: "Direct", network: "23410", delivered: 0.97 },
 *     { name: "Cheap", network: "23410", delivered: 0.5, receipts: "delivered" },
 *   ],
 *   router: { timeScale: 60 },
 * });
 *
 * @example
 * // Receipts and replies go to a Worker under test.
 * const sandbox = createSandbox({
 *   webhooks: {
 *     deliveryReceipt: "http://localhost:8787/webhooks/delivery-receipt",
 *     inboundSms: "http://localhost:8787/webhooks/inbound-sms",
 *   },
 * });
 */
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  const given = validate(sandboxOptionsSchema, options, "invalid_options");
  const { accounts: initial, rejectionStatus, maxReports, fetch: send, now = Date.now } = given;
  const accounts = new Map<string, SandboxAccount>();
  const reports: RecordedReport[] = [];
  const faults: ActiveFault[] = [];
  let limit: RateLimit | undefined;
  const background = createBackground(given.waitUntil);
  const exchanges = createExchangeLog();
  const webhooks = createWebhookSender(send, exchanges, now, given.webhookOrigins);
  const calls = createCallEvents(accounts, webhooks, background, now);
  const handsets = createHandsetStore(accounts, webhooks, background, calls.answered, now);
  const routing = createRouting(now);
  const carrier = createCarrier(handsets, webhooks, calls, background, routing, now);
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
    now,
  });

  const changeAccount = (change: Pick<SandboxAccount, "apiKey"> & Partial<SandboxAccount>) => {
    const account = accounts.get(change.apiKey);
    if (account === undefined) throw new ConversionError("invalid_options", "no account has this apiKey");
    accounts.set(change.apiKey, { ...account, ...change });
  };

  const sandbox: Sandbox = {
    fetch: async (input, init) => {
      const { signal, ...rest } = init ?? {};
      if (signal && !isTaken({ signal })) return untilAborted(signal, () => sandbox.fetch(input, rest));
      // Not wrapped a second time: in Node, a Request made from a Request may lose its signal.
      const request = input instanceof Request && init === undefined ? input : new Request(input, init);
      if (request.bodyUsed)
        throw new TypeError("The request's body has already been read; pass a request.clone().");
      return /^\/sandbox(?:\/|$)/.test(toNormalPath(new URL(request.url).pathname))
        ? answerControl(request, sandbox, accounts, faults)
        : api(request);
    },
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

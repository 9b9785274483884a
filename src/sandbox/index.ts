// Vonage's side of the workflow as one fetch function, for development and for users' own tests.

import { ConversionError } from "../client/errors.ts";
import { isTaken } from "../client/platform-request.ts";
import { integer, objectOf, required, validate } from "../shared/validation.ts";
import { toNormalPath } from "../wire/normal-path.ts";
import type { SandboxAccount } from "./accounts.ts";
import { createApi } from "./api.ts";
import { createBackground } from "./background.ts";
import { type CarrierSettings, createCarrier } from "./carrier.ts";
import { answerControl } from "./control.ts";
import type { RecordedReport } from "./conversions.ts";
import { createExchangeLog, type SandboxExchange } from "./exchanges.ts";
import { type ActiveFault, faultSchema, type SandboxFault } from "./faults.ts";
import { untilAborted } from "./foreign-signal.ts";
import { createHandsetStore, type Handset } from "./handset.ts";
import { createRateLimit, type RateLimit, refuseAboveLimit } from "./limit.ts";
import { aBoolean, anyText, type SandboxOptions, sandboxOptionsSchema } from "./options.ts";
import { createWebhookSender, type SandboxWebhooks } from "./webhooks.ts";

export type { SandboxAccount, SandboxAuthentication } from "./accounts.ts";
export { SANDBOX_ACCOUNTS, SANDBOX_CREDENTIALS } from "./accounts.ts";
export type { SandboxApplication } from "./application.ts";
export { SANDBOX_APPLICATION } from "./application.ts";
export type { CarrierSettings } from "./carrier.ts";
export type { RecordedReport } from "./conversions.ts";
export type { SandboxExchange } from "./exchanges.ts";
export type { SandboxFault, SandboxPath } from "./faults.ts";
export type { Handset, HandsetCall, HandsetMessage } from "./handset.ts";
export type { SandboxOptions } from "./options.ts";
export type { SmsStatus } from "./sms-answer.ts";
export type { SandboxWebhooks, WebhookTransport } from "./webhooks.ts";

export interface Sandbox {
  /**
   * Answers as `api.nexmo.com` and `rest.nexmo.com` would, whatever the host, and on `/sandbox/…` as a control
   * panel. Give it to a client as its `fetch`. Rejects with a `TypeError`, as fetch does, when a fault drops the
   * connection.
   */
  readonly fetch: typeof fetch;
  /** What was recorded, oldest first. */
  reports(): readonly RecordedReport[];
  /**
   * Makes requests to come go wrong. Faults strike in the order they were added.
   *
   * @throws {ConversionError} `invalid_options`.
   */
  fail(fault: SandboxFault): void;
  /**
   * Enables or disables the Conversion API for an account, as Vonage support would.
   *
   * @throws {ConversionError} `invalid_options`: there is no such account.
   */
  enable(apiKey: string, enabled: boolean): void;
  /**
   * Makes an account read a report's parameters in the query only, where the published description has them, or also
   * in the body again.
   *
   * @throws {ConversionError} `invalid_options`: there is no such account.
   */
  insistOnQuery(apiKey: string, queryOnly: boolean): void;
  /**
   * Holds each account to a sustained rate, over all interfaces: one second's worth may come at once, and what is
   * above is answered 429, or status "1" where a text is sent, and not done. Every authenticated request that is
   * let through counts, also one that is refused for another reason or struck by a fault; a fault's own answer goes
   * before the 429.
   *
   * @param perSecond Requests a second for each API key, 1 to 1 000 000; 30 is usual at Vonage. `null` lifts it.
   * @param retryAfter `Retry-After` of the 429, as the header has it; left out, there is none.
   * @throws {ConversionError} `invalid_options`.
   */
  limit(perSecond: number | null, retryAfter?: string): void;
  /**
   * A user's telephone, by its number: E.164 digits without "+".
   *
   * @throws {ConversionError} `invalid_options`.
   */
  handset(number: string): Handset;
  /**
   * Sets what carriers do with the messages to come; what is left out goes back to its default.
   *
   * @throws {ConversionError} `invalid_options`.
   */
  carrier(settings: CarrierSettings): void;
  /**
   * Sets where webhooks to come are sent; what is left out goes back to its default.
   *
   * @throws {ConversionError} `invalid_options`.
   */
  webhooks(settings: SandboxWebhooks): void;
  /**
   * The last 1000 HTTP exchanges at Vonage's side, oldest first: requests, and webhooks sent. Not the control
   * panel's.
   *
   * @param after Those with a higher `seq` only.
   * @default 0
   * @throws {ConversionError} `invalid_options`.
   */
  exchanges(after?: number): readonly SandboxExchange[];
  /** Resolves when no message, receipt or reply is under way. */
  idle(): Promise<void>;
  /**
   * Forgets reports, faults, messages, calls, exchanges and all that is under way, lifts the limit, and gives
   * accounts, carriers and webhooks back what they began with.
   */
  reset(): void;
}

const enableSchema = objectOf({ apiKey: anyText, enabled: aBoolean });
const insistSchema = objectOf({ apiKey: anyText, queryOnly: aBoolean });
const afterSchema = objectOf({ after: required(integer(0, Number.MAX_SAFE_INTEGER)) });

/**
 * Makes a stand-in for Vonage: the Conversion API, the SMS API, the US short code 2FA API and calls of the Voice
 * API, with their authentication, strict validation, true statuses and bodies; handsets on which messages arrive;
 * delivery receipts and replies as webhooks; faults on demand. Nothing but these webhooks leaves the process.
 *
 * @example
 * const sandbox = createSandbox();
 * const client = createConversionClient({ credentials: SANDBOX_CREDENTIALS.twoFactor, fetch: sandbox.fetch });
 * await client.sms({ messageId: "0A0000000123ABCD1", delivered: true });
 * sandbox.reports(); // [{ channel: "sms", messageId: "0A0000000123ABCD1", delivered: true, … }]
 *
 * @throws {ConversionError} `invalid_options`.
 */
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  const given = validate(sandboxOptionsSchema, options, "invalid_options");
  const { accounts: initial, rejectionStatus, maxReports, now = Date.now } = given;
  // Looked up at each call, and called without a `this`, which workerd insists on.
  const send =
    given.fetch ?? ((input: RequestInfo | URL, init?: RequestInit) => globalThis.fetch(input, init));
  const accounts = new Map<string, SandboxAccount>();
  const reports: RecordedReport[] = [];
  const faults: ActiveFault[] = [];
  let limit: RateLimit | undefined;
  const background = createBackground(given.waitUntil);
  const exchanges = createExchangeLog();
  const webhooks = createWebhookSender(send, exchanges, now, given.webhookOrigins);
  const handsets = createHandsetStore(accounts, webhooks, background, now);
  const carrier = createCarrier(handsets, webhooks, background, now);
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
    },
    now,
  });

  const changeAccount = (change: Pick<SandboxAccount, "apiKey"> & Partial<SandboxAccount>) => {
    const account = accounts.get(change.apiKey);
    if (account === undefined) throw new ConversionError("invalid_options", "apiKey is of no account here");
    accounts.set(change.apiKey, { ...account, ...change });
  };

  const sandbox: Sandbox = {
    fetch: async (input, init) => {
      const { signal, ...rest } = init ?? {};
      if (signal && !isTaken({ signal })) return untilAborted(signal, () => sandbox.fetch(input, rest));
      // Not wrapped again: Node may lose the signal of a Request made of a Request.
      const request = input instanceof Request && init === undefined ? input : new Request(input, init);
      if (request.bodyUsed)
        throw new TypeError("The request's body was read before; give a request.clone().");
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
      webhooks.configure(options.webhooks ?? {});
      accounts.clear();
      for (const account of initial) accounts.set(account.apiKey, account);
    },
  };
  sandbox.reset();
  return Object.freeze(sandbox);
}

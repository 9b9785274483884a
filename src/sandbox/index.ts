// Vonage's side of the workflow as one fetch function, for development and for users' own tests.

import * as v from "valibot";
import { ConversionError } from "../errors.ts";
import { CHANNELS, type Channel } from "../report.ts";
import { field, integer, objectOf, required, text, validate } from "../validation.ts";
import { SANDBOX_ACCOUNTS, type SandboxAccount } from "./accounts.ts";
import { answerControl } from "./control.ts";
import { answerConversion, type RecordedReport } from "./conversions.ts";
import { type ActiveFault, faultSchema, type SandboxFault, takeFault } from "./faults.ts";
import { createRateLimit, type RateLimit, refuseAboveLimit } from "./limit.ts";

export type { SandboxAccount, SandboxAuthentication } from "./accounts.ts";
export { SANDBOX_ACCOUNTS, SANDBOX_CREDENTIALS } from "./accounts.ts";
export type { RecordedReport } from "./conversions.ts";
export type { SandboxFault } from "./faults.ts";

export interface SandboxOptions {
  /**
   * Who has an account.
   *
   * @default the accounts of SANDBOX_CREDENTIALS
   */
  readonly accounts?: readonly SandboxAccount[];
  /**
   * The status for invalid parameters: Vonage's references disagree on which of 420, 422 and 423 exist.
   *
   * @default 422
   */
  readonly rejectionStatus?: 420 | 422 | 423;
  /**
   * How many reports are kept; the oldest are forgotten first.
   *
   * @default 10_000
   */
  readonly maxReports?: number;
  /**
   * The clock, in epoch milliseconds.
   *
   * @default Date.now
   */
  readonly now?: () => number;
}

export interface Sandbox {
  /**
   * Answers as `api.nexmo.com` would, whatever the host, and on `/sandbox/…` as a control panel. Give it to a
   * client as its `fetch`. Rejects with a `TypeError`, as fetch does, when a fault drops the connection.
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
   * Holds each account to a sustained rate, over both channels: one second's worth may come at once, and what is
   * above is answered 429 and not recorded. Every authenticated request that is let through counts, also one that
   * is refused for another reason or struck by a fault; a fault's own answer goes before the 429.
   *
   * @param perSecond Requests a second for each API key, 1 to 1 000 000; 30 is usual at Vonage. `null` lifts it.
   * @param retryAfter `Retry-After` of the 429, as the header has it; left out, there is none.
   * @throws {ConversionError} `invalid_options`.
   */
  limit(perSecond: number | null, retryAfter?: string): void;
  /** Forgets reports and faults, lifts the limit, and gives accounts back what they began with. */
  reset(): void;
}

/** What a hanging answer waits for at most: longer than any client, and still not for ever. */
const HANG_MS = 10 * 60_000;

const anyText = required(text("1 to 200 characters, no control characters", /^\P{Cc}{1,200}$/u));
const aBoolean = required(field<boolean>("true or false (a boolean)", (value) => typeof value === "boolean"));
const enableSchema = objectOf({ apiKey: anyText, enabled: aBoolean });
const optionsSchema = objectOf({
  accounts: v.optional(
    v.array(
      objectOf({
        apiKey: anyText,
        apiSecret: anyText,
        signatureSecret: anyText,
        enabled: aBoolean,
      }),
      "must be a list of accounts",
    ),
    [...SANDBOX_ACCOUNTS],
  ),
  rejectionStatus: v.optional(
    field<number>("420, 422 or 423", (value) => [420, 422, 423].includes(value as number)),
    422,
  ),
  maxReports: v.optional(integer(1, 1_000_000), 10_000),
  now: v.optional(field<() => number>("a function", (value) => typeof value === "function")),
});

/**
 * Makes a stand-in for Vonage: the Conversion API with its authentication, strict validation, true statuses and
 * bodies, and faults on demand. Nothing leaves the process.
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
  const {
    accounts: initial,
    rejectionStatus,
    maxReports,
    now = Date.now,
  } = validate(optionsSchema, options, "invalid_options");
  const accounts = new Map<string, SandboxAccount>();
  const reports: RecordedReport[] = [];
  const faults: ActiveFault[] = [];
  let limit: RateLimit | undefined;

  const sandbox: Sandbox = {
    fetch: async (input, init) => {
      // Not wrapped again: Node may lose the signal of a Request made of a Request.
      const request = input instanceof Request && init === undefined ? input : new Request(input, init);
      const { pathname } = new URL(request.url);
      if (pathname.startsWith("/sandbox/")) return answerControl(request, sandbox, accounts, faults);
      const channel = CHANNELS.find((one) => pathname === `/conversions/${one}`);
      if (channel === undefined) return new Response("Not Found", { status: 404 });
      if (request.method !== "POST" && request.method !== "GET") {
        return new Response("Method Not Allowed", { status: 405, headers: { allow: "GET, POST" } });
      }
      return converse(request, channel);
    },
    reports: () => [...reports],
    fail: (fault) => {
      faults.push(validate(faultSchema, fault, "invalid_options"));
    },
    enable: (apiKey, enabled) => {
      const change = validate(enableSchema, { apiKey, enabled }, "invalid_options");
      const account = accounts.get(change.apiKey);
      if (account === undefined) throw new ConversionError("invalid_options", "apiKey is of no account here");
      accounts.set(change.apiKey, { ...account, enabled: change.enabled });
    },
    limit: (perSecond, retryAfter) => {
      limit = createRateLimit(perSecond, retryAfter);
    },
    reset: () => {
      reports.length = 0;
      faults.length = 0;
      limit = undefined;
      accounts.clear();
      for (const account of initial) accounts.set(account.apiKey, account);
    },
  };
  sandbox.reset();
  return Object.freeze(sandbox);

  async function converse(request: Request, channel: Channel): Promise<Response> {
    const fault = takeFault(faults, channel);
    const arrival = now();
    const { response, report } = await answerConversion(
      request,
      channel,
      accounts,
      (apiKey) => limit && refuseAboveLimit(limit, apiKey, arrival),
      rejectionStatus,
      arrival,
    );
    if (report && (fault === undefined || fault.recorded || isDelayOnly(fault))) {
      reports.push(report);
      if (reports.length > maxReports) reports.shift();
    }
    if (fault === undefined) return response;
    await pause(fault.hang ? HANG_MS : fault.latency, request.signal);
    if (fault.drop || fault.hang) throw new TypeError("The sandbox broke the connection.");
    if (fault.status === undefined) return response;
    const headers = new Headers();
    if (fault.retryAfter !== undefined) headers.set("retry-after", fault.retryAfter);
    if (fault.location !== undefined) headers.set("location", fault.location);
    const bodiless = [204, 205, 304].includes(fault.status);
    return new Response(bodiless ? null : (fault.body ?? ""), { status: fault.status, headers });
  }
}

const isDelayOnly = ({ status, drop, hang }: ActiveFault) => status === undefined && !drop && !hang;

/** Waits; rejects as fetch does when the request is aborted meanwhile. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", abort);
      resolve();
    }, milliseconds);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
}

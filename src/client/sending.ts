// Sends a valid report: authenticates it, sends the request, interprets the answer, and retries. How that ended is
// data here; only the public client turns a failure into an error.

import type { ValidReport } from "../wire/report.ts";
import { createAuthenticator } from "./credentials.ts";
import type { ConversionErrorCode, ConversionErrorDetails } from "./errors.ts";
import type { AttemptEvent } from "./options.ts";
import type { ResolvedOptions } from "./resolve-options.ts";
import { type ConversionStatus, type Failure, interpretResponse, NO_ANSWER } from "./response.ts";
import { nextDelay, parseRetryAfter } from "./retry.ts";
import { type Attempt, createTransport, startTimer } from "./transport.ts";

/** A report that Vonage has recorded, or that the Worker has stored. */
export interface ConversionResult {
  readonly status: ConversionStatus;
  /** Number of requests sent. */
  readonly attempts: number;
}

/** A report that failed: the details of the error, before anything is thrown. */
export interface SubmissionFailure
  extends Required<Pick<ConversionErrorDetails, "attempts" | "retryable">>,
    Pick<ConversionErrorDetails, "status" | "retryAfter" | "cause"> {
  readonly code: ConversionErrorCode;
  /** The remedy, for the error's message. */
  readonly advice: string;
}

export type SubmissionOutcome =
  | ConversionResult
  | { readonly status: "failed"; readonly failure: SubmissionFailure };

/** Sends one report. A rejection is a mistake in the program, never an outcome. */
export type Sender = (report: ValidReport, signal?: AbortSignal) => Promise<SubmissionOutcome>;

/** Makes the function that sends reports with these options. */
export function createSender({
  baseUrl,
  identity,
  timeout,
  retry,
  fetch,
  onAttempt,
  ...options
}: ResolvedOptions): Sender {
  const authenticate = createAuthenticator(identity);
  const toWorker = identity.kind !== "account";
  const keepalive = identity.kind === "token";
  const attemptOnce = createTransport({ baseUrl, timeout, fetch, keepalive, readUpTo: toWorker ? 200 : 0 });

  return async (given, signal) => {
    const { channel } = given;
    // An older reference of Vonage requires a `timestamp`, so every request carries the time of the call. The Worker
    // uses its time of arrival instead: its clock is more reliable than a page's.
    const timestamp = given.timestamp ?? (toWorker ? undefined : Date.now());
    const request = await authenticate({ ...given, timestamp });
    const signals = [options.signal, signal].filter((one) => one !== undefined);
    for (let attempt = 1; ; attempt++) {
      if (signals.some((one) => one.aborted)) return toFailed(attempt - 1, NO_ANSWER.aborted);
      const started = Date.now();
      const ended = await attemptOnce(request, signals);
      const duration = Date.now() - started;
      const outcome = ended.noAnswer
        ? NO_ANSWER[ended.noAnswer]
        : interpretResponse(ended.status, toWorker, ended.body);
      if (typeof outcome === "string") {
        if (onAttempt) notify(onAttempt, { channel, attempt, duration, status: ended.status });
        return { status: outcome, attempts: attempt };
      }
      const [code, , retryable] = outcome;
      const retryAfter = parseRetryAfter(ended.retryAfter, Date.now());
      const retryIn = retryable ? nextDelay(attempt, retry, retryAfter, Math.random()) : undefined;
      if (onAttempt) notify(onAttempt, { channel, attempt, duration, status: ended.status, code, retryIn });
      if (retryIn === undefined) return toFailed(attempt, outcome, ended, retryAfter);
      await new Promise((resolve) => startTimer(retryIn, signals, resolve));
    }
  };
}

function toFailed(
  attempts: number,
  [code, advice, retryable = false]: Failure,
  { status, systemCode: cause }: Partial<Attempt> = {},
  retryAfter?: number,
): SubmissionOutcome {
  return { status: "failed", failure: { code, advice, attempts, retryable, status, retryAfter, cause } };
}

/** Ignores what the observer throws or rejects with: it must not break reporting. */
async function notify(
  onAttempt: NonNullable<ResolvedOptions["onAttempt"]>,
  event: AttemptEvent,
): Promise<void> {
  try {
    await onAttempt(event);
  } catch {}
}

// A report that is known to be valid, on its way: authenticated, attempted, understood, tried again.

import type { Channel, ValidReport } from "../wire/report.ts";
import { createAuthenticator } from "./credentials.ts";
import { ConversionError } from "./errors.ts";
import type { AttemptEvent, ResolvedOptions } from "./options.ts";
import { type ConversionStatus, type Failure, interpretResponse, NO_ANSWER } from "./response.ts";
import { nextDelay, parseRetryAfter } from "./retry.ts";
import { type Attempt, createTransport, startTimer } from "./transport.ts";

/** What became of a report that went through. */
export interface ConversionResult {
  readonly status: ConversionStatus;
  /** How many requests it took. */
  readonly attempts: number;
}

/** Sends one report; rejects with a `ConversionError`. */
export type Sender = (report: ValidReport, signal?: AbortSignal) => Promise<ConversionResult>;

/** Makes the function that sends reports as these options say. */
export function createSender({
  baseUrl,
  identity,
  timeout,
  retry,
  fetch,
  ...options
}: ResolvedOptions): Sender {
  const authenticate = createAuthenticator(identity);
  const toWorker = identity.kind !== "account";
  const keepalive = identity.kind === "token";
  const attemptOnce = createTransport({ baseUrl, timeout, fetch, keepalive, readUpTo: toWorker ? 200 : 0 });

  return async (given, signal) => {
    const { channel } = given;
    // An older reference of Vonage's demands a `timestamp`: it is the instant of the call, the same in every attempt.
    // The Worker notes the arrival by its own clock, which is right more often than those of pages.
    const timestamp = given.timestamp ?? (toWorker ? undefined : Date.now());
    const request = await authenticate({ ...given, timestamp });
    const signals = [options.signal, signal].filter((one) => one !== undefined);
    for (let attempt = 1; ; attempt++) {
      if (signals.some((one) => one.aborted)) throw toError(channel, attempt - 1, NO_ANSWER.aborted);
      const started = Date.now();
      const ended = await attemptOnce(request, signals);
      const duration = Date.now() - started;
      const outcome = ended.noAnswer
        ? NO_ANSWER[ended.noAnswer]
        : interpretResponse(ended.status, toWorker, ended.body);
      if (typeof outcome === "string") {
        notify(options.onAttempt, { channel, attempt, duration, status: ended.status });
        return { status: outcome, attempts: attempt };
      }
      const [code, , retryable] = outcome;
      const retryAfter = parseRetryAfter(ended.retryAfter, Date.now());
      const retryIn = retryable ? nextDelay(attempt, retry, retryAfter, Math.random()) : undefined;
      notify(options.onAttempt, { channel, attempt, duration, status: ended.status, code, retryIn });
      if (retryIn === undefined) throw toError(channel, attempt, outcome, ended, retryAfter);
      await new Promise((resolve) => startTimer(retryIn, signals, resolve));
    }
  };
}

function toError(
  channel: Channel,
  attempts: number,
  [code, advice, retryable = false]: Failure,
  { status, systemCode: cause }: Partial<Attempt> = {},
  retryAfter?: number,
): ConversionError {
  const message = `POST /conversions/${channel}: ${status ?? code} (attempts: ${attempts}); ${advice}`;
  return new ConversionError(code, message, { attempts, retryable, status, retryAfter, cause });
}

/** An observer's mistake, thrown or rejected, is the observer's own. */
async function notify(onAttempt: ResolvedOptions["onAttempt"], event: AttemptEvent): Promise<void> {
  try {
    await onAttempt?.(event);
  } catch {}
}

import { createAuthenticator } from "./credentials.ts";
import { ConversionError } from "./errors.ts";
import { type AttemptEvent, type ConversionClientOptions, resolveOptions } from "./options.ts";
import { type Channel, type ConversionReport, createReportSchema } from "./report.ts";
import { type ConversionStatus, type Failure, interpretResponse, NO_ANSWER } from "./response.ts";
import { nextDelay, parseRetryAfter } from "./retry.ts";
import { type Attempt, createTransport, startTimer } from "./transport.ts";
import { validate } from "./validation.ts";

/** What became of a report that went through. */
export interface ConversionResult {
  readonly status: ConversionStatus;
  /** How many requests it took. */
  readonly attempts: number;
}

export interface ReportOptions {
  /** Stops this report: its request under way, or its wait for the next. */
  readonly signal?: AbortSignal;
}

export interface ConversionClient {
  /**
   * Reports the outcome of a text message.
   *
   * @throws {ConversionError} See `ConversionErrorCode`; with `invalid_report` nothing was sent.
   */
  readonly sms: (report: ConversionReport, options?: ReportOptions) => Promise<ConversionResult>;
  /**
   * Reports the outcome of a voice call.
   *
   * @throws {ConversionError} See `ConversionErrorCode`; with `invalid_report` nothing was sent.
   */
  readonly voice: (report: ConversionReport, options?: ReportOptions) => Promise<ConversionResult>;
}

/**
 * Makes a client that reports conversions, either straight to Vonage (`credentials`) or to the Worker
 * (`endpoint` with a `token` in browsers, with a `key` on servers). It needs no closing and can be shared.
 *
 * @example
 * const client = createConversionClient({ credentials: { apiKey, apiSecret } });
 * await client.sms({ messageId: "0A0000000123ABCD1", delivered: true });
 *
 * @throws {ConversionError} `invalid_options`, naming every field at fault.
 */
export function createConversionClient(options: ConversionClientOptions): ConversionClient {
  const { baseUrl, identity, timeout, retry, fetch, onAttempt, ...resolved } = resolveOptions(options);
  const schema = createReportSchema(Date.now);
  const authenticate = createAuthenticator(identity);
  const toWorker = identity.kind !== "account";
  const keepalive = identity.kind === "token";
  const send = createTransport({ baseUrl, timeout, fetch, keepalive, readBody: toWorker });

  const reportTo =
    (channel: Channel): ConversionClient["sms"] =>
    async (input, { signal } = {}) => {
      const report = { channel, ...validate(schema, input, "invalid_report") };
      const signals = [resolved.signal, signal].filter((one) => one !== undefined);
      for (let attempt = 1; ; attempt++) {
        if (signals.some((one) => one.aborted)) throw toError(channel, attempt - 1, NO_ANSWER.aborted);
        // Anew for each attempt, since a signature ages.
        const request = await authenticate(report, Date.now());
        const started = Date.now();
        const ended = await send(request, signals);
        const duration = Date.now() - started;
        const outcome = ended.noAnswer
          ? NO_ANSWER[ended.noAnswer]
          : interpretResponse(ended.status ?? 0, toWorker, ended.body);
        if (typeof outcome === "string") {
          notify(onAttempt, { channel, attempt, duration, status: ended.status });
          return { status: outcome, attempts: attempt };
        }
        const [code, , retryable] = outcome;
        const retryAfter = parseRetryAfter(ended.retryAfter, Date.now());
        const retryIn = retryable ? nextDelay(attempt, retry, retryAfter, Math.random()) : undefined;
        notify(onAttempt, { channel, attempt, duration, status: ended.status, code, retryIn });
        if (retryIn === undefined) throw toError(channel, attempt, outcome, ended, retryAfter);
        await new Promise((resolve) => startTimer(retryIn, signals, resolve));
      }
    };

  return Object.freeze({ sms: reportTo("sms"), voice: reportTo("voice") });
}

function toError(
  channel: Channel,
  attempts: number,
  [code, advice, retryable = false]: Failure,
  { status, systemCode: cause }: Attempt = {},
  retryAfter?: number,
): ConversionError {
  const message = `POST /conversions/${channel}: ${status ?? code} (attempts: ${attempts}); ${advice}`;
  return new ConversionError(code, message, { attempts, retryable, status, retryAfter, cause });
}

/** An observer's mistake, thrown or rejected, is the observer's own. */
async function notify(onAttempt: ConversionClientOptions["onAttempt"], event: AttemptEvent): Promise<void> {
  try {
    await onAttempt?.(event);
  } catch {}
}

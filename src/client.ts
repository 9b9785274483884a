import { authenticate } from "./credentials.ts";
import { ConversionError } from "./errors.ts";
import { type ConversionClientOptions, resolveOptions } from "./options.ts";
import { type Channel, type ConversionReport, createReportSchema } from "./report.ts";
import { type ConversionStatus, type Failure, interpretResponse, NO_ANSWER } from "./response.ts";
import { nextDelay, parseRetryAfter } from "./retry.ts";
import { type Attempt, createTransport, startDeadline } from "./transport.ts";
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
  sms(report: ConversionReport, options?: ReportOptions): Promise<ConversionResult>;
  /**
   * Reports the outcome of a voice call.
   *
   * @throws {ConversionError} See `ConversionErrorCode`; with `invalid_report` nothing was sent.
   */
  voice(report: ConversionReport, options?: ReportOptions): Promise<ConversionResult>;
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
  const keepalive = identity.kind === "token";
  const send = createTransport({ baseUrl, timeout, fetch, keepalive, readBody: identity.kind !== "account" });

  const reportTo =
    (channel: Channel): ConversionClient["sms"] =>
    async (input, { signal } = {}) => {
      const report = { channel, ...validate(schema, input, "invalid_report") };
      const signals = [resolved.signal, signal].filter((one) => one !== undefined);
      const request = await authenticate(report, identity, Date.now());

      const fail = ([code, advice, retryable = false]: Failure, attempts: number, ended: Attempt = {}) =>
        new ConversionError(
          code,
          `POST ${request.path}: ${ended.status ?? code} after ${attempts} attempts; ${advice}`,
          {
            attempts,
            retryable,
            status: ended.status,
            retryAfter: parseRetryAfter(ended.retryAfter, Date.now()),
            cause: ended.systemCode,
          },
        );

      for (let attempt = 1; ; attempt++) {
        if (signals.some((one) => one.aborted)) throw fail(NO_ANSWER.aborted, attempt - 1);
        const started = Date.now();
        const ended = await send(request, signals);
        const now = Date.now();
        const outcome = ended.noAnswer
          ? NO_ANSWER[ended.noAnswer]
          : interpretResponse(ended.status ?? 0, ended.body);
        const failure = typeof outcome === "string" ? undefined : outcome;
        const retryAfter = parseRetryAfter(ended.retryAfter, now);
        const retryIn = failure?.[2] ? nextDelay(attempt, retry, retryAfter, Math.random()) : undefined;
        try {
          onAttempt?.({
            channel,
            attempt,
            duration: now - started,
            status: ended.status,
            code: failure?.[0],
            retryIn,
          });
        } catch {
          // An observer's mistake is the observer's own.
        }
        if (typeof outcome === "string") return { status: outcome, attempts: attempt };
        if (retryIn === undefined) throw fail(outcome, attempt, ended);
        await startDeadline(retryIn, signals).passed;
      }
    };

  return Object.freeze({ sms: reportTo("sms"), voice: reportTo("voice") });
}

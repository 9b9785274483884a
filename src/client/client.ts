import { validate } from "../shared/validation.ts";
import { type Channel, type ConversionReport, createReportSchema } from "../wire/report.ts";
import { ConversionError } from "./errors.ts";
import type { ConversionClientOptions } from "./options.ts";
import { resolveOptions } from "./resolve-options.ts";
import { type ConversionResult, createSender, type SubmissionFailure } from "./sending.ts";
import { signalSchema } from "./signal-schema.ts";

/** Options of one report. */
export interface ReportOptions {
  /**
   * Stops this report when aborted, whether a request is in progress or the client waits to retry. It rejects with
   * `aborted`.
   *
   * @example
   * await client.sms(report, { signal: AbortSignal.timeout(3000) });
   */
  readonly signal?: AbortSignal;
}

export interface ConversionClient {
  /**
   * Reports the outcome of a text message.
   *
   * @throws {ConversionError} See {@link ConversionErrorCode} for the codes.
   *
   * @example
   * // The user typed the right code.
   * await client.sms({ messageId: "0A0000000123ABCD1", delivered: true });
   * @example
   * // The code expired unused.
   * await client.sms({ messageId: "0A0000000123ABCD1", delivered: false, timestamp: expiredAt });
   */
  readonly sms: (report: ConversionReport, options?: ReportOptions) => Promise<ConversionResult>;
  /**
   * Reports the outcome of a voice call.
   *
   * @throws {ConversionError} See {@link ConversionErrorCode} for the codes.
   *
   * @example
   * await client.voice({ messageId: callId, delivered: true });
   */
  readonly voice: (report: ConversionReport, options?: ReportOptions) => Promise<ConversionResult>;
}

/**
 * Creates a client that reports conversions, either straight to Vonage (`credentials`) or to the Worker (`endpoint`,
 * with a `token` in browsers or a `key` on servers). The client can be shared and needs no closing.
 *
 * @throws {ConversionError} `invalid_options`, naming every wrong field.
 *
 * @example
 * // A backend, straight to Vonage.
 * const client = createConversionClient({ credentials: { apiKey, apiSecret } });
 * await client.sms({ messageId: "0A0000000123ABCD1", delivered: true });
 * @example
 * // A page, to the Worker: the token allows this one message only.
 * const client = createConversionClient({ endpoint: "https://conversions.example.com", token });
 * @example
 * // A server without the account's secret, to the Worker.
 * const client = createConversionClient({ endpoint: "https://conversions.example.com", key });
 */
export function createConversionClient(options: ConversionClientOptions): ConversionClient {
  const send = createSender(resolveOptions(options));
  const schema = createReportSchema(Date.now);
  const reportTo =
    (channel: Channel): ConversionClient["sms"] =>
    async (report, options) => {
      const valid = validate(schema, report, "invalid_report");
      const signal = validate(signalSchema, options?.signal, "invalid_options", "signal");
      const outcome = await send({ channel, ...valid }, signal);
      if (outcome.status === "failed") throw toError(channel, outcome.failure);
      return outcome;
    };

  return Object.freeze({ sms: reportTo("sms"), voice: reportTo("voice") });
}

function toError(channel: Channel, { code, advice, ...details }: SubmissionFailure): ConversionError {
  const { status = code, attempts } = details;
  const message = `POST /conversions/${channel}: ${status} (attempts: ${attempts}); ${advice}`;
  return new ConversionError(code, message, details);
}

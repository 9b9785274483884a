import { validate } from "../shared/validation.ts";
import { type Channel, type ConversionReport, createReportSchema } from "../wire/report.ts";
import { ConversionError } from "./errors.ts";
import { type ConversionClientOptions, resolveOptions, signalSchema } from "./options.ts";
import { type ConversionResult, createSender, type SubmissionFailure } from "./sending.ts";

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

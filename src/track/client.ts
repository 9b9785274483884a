import { ConversionError } from "../client/errors.ts";
import { type Failure, NO_ANSWER } from "../client/response.ts";
import { nextDelay, parseRetryAfter } from "../client/retry.ts";
import { signalSchema } from "../client/signal-schema.ts";
import { type Attempt, createTransport, startTimer } from "../client/transport.ts";
import { JSON_HEADERS } from "../shared/json-headers.ts";
import { validate } from "../shared/validation.ts";
import { HIGHEST_READ_STATUS, readTrackAnswer } from "./answer.ts";
import { type TrackingClientOptions, trackingClientSchema } from "./options.ts";
import { type SentMessage, sentMessageSchema, type TrackResult } from "./sent-message.ts";

/** Options of one call. */
export interface TrackOptions {
  /**
   * Stops this call when aborted, whether a request is in progress or the client waits to retry. It rejects with
   * `aborted`.
   *
   * @example
   * await tracking.track(message, { signal: AbortSignal.timeout(3000) });
   */
  readonly signal?: AbortSignal;
}

export interface TrackingClient {
  /**
   * Has the Worker await the report of a message that you sent. Without one by `expiresAt`, it reports
   * `delivered=false`. Safe to repeat: one message stays one.
   *
   * It rejects with a {@link ConversionError} that contains no phone number, no message id and no secret:
   *
   * | code | meaning | retryable |
   * |---|---|---|
   * | `invalid_options` | `signal` is wrong, and nothing was sent; or the given `fetch` has a bug, which `cause` names | no |
   * | `invalid_report` | a field of the message breaks a rule; nothing was sent. `faults` names each | no |
   * | `unauthorized` | 401: the Worker does not know the key; 403: the message is of the other kind of traffic | no |
   * | `rejected` | 400, 413, 415, 420, 422, 423: the Worker refused the message; for 400 the error names the fields | no |
   * | `rate_limited` | 429: too many requests; wait for `retryAfter` | yes |
   * | `unavailable` | 408, 425 or 5xx: the Worker cannot answer now; nothing was stored | yes |
   * | `timeout` | no answer within `timeout`; the message may be tracked | yes |
   * | `network` | the connection failed; the message may be tracked | yes |
   * | `aborted` | a `signal` was aborted; the message may be tracked | no |
   * | `unexpected_response` | the answer is not one of `POST /messages`; or 501: the Worker has no ledger | no |
   *
   * @throws {ConversionError} With one of these codes.
   *
   * @example
   * // The token lets the user's page report this one message.
   * const { token } = await tracking.track({ messageId: "0A0000000123ABCD1", channel: "sms" });
   * @example
   * // With the SMS API's reply, for the figures of each route. The number is forgotten at once.
   * const [sent] = reply.messages;
   * await tracking.track({
   *   messageId: sent["message-id"],
   *   channel: "sms",
   *   to: "+447400123456",
   *   network: sent.network,
   *   price: sent["message-price"],
   * });
   */
  readonly track: (message: SentMessage, options?: TrackOptions) => Promise<TrackResult>;
}

/**
 * Creates a client of the Worker's `POST /messages`, for servers that send messages themselves. It can be shared and
 * needs no closing.
 *
 * @throws {ConversionError} `invalid_options`, naming every wrong field.
 *
 * @example
 * const tracking = createTrackingClient({ endpoint: "https://conversions.shop.example", key });
 * const { token, expiresAt } = await tracking.track({ messageId: "0A0000000123ABCD1", channel: "sms" });
 */
export function createTrackingClient(options: TrackingClientOptions): TrackingClient {
  const { endpoint, key, timeout, retry, fetch, signal } = validate(
    trackingClientSchema,
    options,
    "invalid_options",
  );
  const headers = { authorization: `Bearer ${key}`, accept: "application/json", ...JSON_HEADERS };
  const attemptOnce = createTransport({
    baseUrl: endpoint,
    timeout,
    fetch,
    keepalive: false,
    readUpTo: HIGHEST_READ_STATUS,
  });

  return Object.freeze<TrackingClient>({
    async track(message, options) {
      const request = { path: "/messages", headers, body: toBody(message) };
      const own = validate(signalSchema, options?.signal, "invalid_options", "signal");
      const signals = [signal, own].filter((one) => one !== undefined);
      const isAborted = () => signals.some((one) => one.aborted);
      for (let attempts = 1; ; attempts++) {
        if (isAborted()) throw toError(NO_ANSWER.aborted, attempts - 1);
        const ended = await attemptOnce(request, signals);
        const { result, failure } = readTrackAnswer(ended, isAborted());
        if (result) return result;
        const retryAfter = parseRetryAfter(ended.retryAfter, Date.now());
        const delay = failure[2] ? nextDelay(attempts, retry, retryAfter, Math.random()) : undefined;
        if (delay === undefined) throw toError(failure, attempts, ended, retryAfter);
        await new Promise((resolve) => startTimer(delay, signals, resolve));
      }
    },
  });
}

/**
 * Fields that are left out stay out, since the Worker knows its defaults. It reads all others as text: an instant as
 * ISO 8601, and a price without an exponent.
 */
function toBody(message: SentMessage): string {
  const { sentAt, price, expiresIn, ...others } = validate(sentMessageSchema, message, "invalid_report");
  return JSON.stringify({
    ...others,
    ...(message.expiresIn !== undefined && { expiresIn }),
    ...(sentAt !== undefined && { sentAt: new Date(sentAt).toISOString() }),
    ...(price !== undefined && { price: (price / 1e8).toFixed(8) }),
  });
}

function toError(
  [code, advice, retryable = false]: Failure,
  attempts: number,
  { status, systemCode: cause }: Partial<Attempt> = {},
  retryAfter?: number,
): ConversionError {
  const message = `POST /messages: ${status ?? code} (attempts: ${attempts}); ${advice}`;
  return new ConversionError(code, message, { attempts, retryable, status, retryAfter, cause });
}

import type * as v from "valibot";
import { signalSchema } from "../../client/signal-schema.ts";
import { createTransport, type OutgoingRequest } from "../../client/transport.ts";
import { JSON_HEADERS } from "../../shared/json-headers.ts";
import { findFaults, listFaults } from "../../shared/validation.ts";
import type { ChallengeDetails, ChallengeStatus } from "../challenge/challenge.ts";
import { idempotencyKeyText } from "../challenge/idempotency-key.ts";
import {
  type CheckResult,
  checkSchema,
  type LookRequest,
  lookSchema,
  type ResendRequest,
  resendSchema,
  type StartRequest,
  startSchema,
} from "../request.ts";
import {
  type Answered,
  readAnswer,
  readCancelled,
  readCheckResult,
  readDetails,
  readStatus,
} from "./answer.ts";
import { TwoFactorError } from "./errors.ts";
import { type TwoFactorClientOptions, twoFactorClientSchema } from "./options.ts";
import { askRepeatedly } from "./repeat.ts";

export interface CallOptions {
  /** Stops waiting. The Worker may still do what was asked. */
  readonly signal?: AbortSignal;
}

/** Options of start, check and resend. */
export interface KeyedCallOptions extends CallOptions {
  /**
   * Your name for this one request: 1 to 255 printable ASCII characters other than space, `"`, `\` and `,`. Requests
   * with the same key, as after a double click, are done once and get the same answer. Kept for a day.
   *
   * @default a new UUID for each call
   *
   * @example
   * // A UUID that the form got when it was rendered.
   * await twoFactor.start({ to, channel: "sms" }, { idempotencyKey: form.get("request") });
   */
  readonly idempotencyKey?: string;
}

/** Start, check and resend may be sent several times, and are done once; see the option `retry`. */
export interface TwoFactorClient {
  /**
   * Sends a code. Keep the `id` on your side of the session: whoever has it and the code gets in.
   *
   * @example
   * const { id, to } = await twoFactor.start({ to: form.get("phone"), defaultCountry: "GB", channel: "sms" });
   *
   * @example
   * // The text fills itself in on this page, and the limit by address protects against bots.
   * await twoFactor.start({ to, channel: "sms", origin: "https://shop.example", ip: request.ip });
   *
   * @throws {TwoFactorError} See `TwoFactorErrorCode`.
   */
  start(request: StartRequest, options?: KeyedCallOptions): Promise<ChallengeStatus>;
  /**
   * Checks the code that the user typed, and reports the delivery to Vonage. A code counts once.
   *
   * @example
   * const result = await twoFactor.check(id, form.get("code"));
   * if (result.verified) return logIn(user);
   * return showError(result.reason, result.attemptsLeft);
   *
   * @throws {TwoFactorError} `not_found`, or a code that says why the Worker could not be asked.
   */
  check(id: string, code: string, options?: KeyedCallOptions): Promise<CheckResult>;
  /**
   * Sends a new code, which supersedes the one before.
   *
   * @example
   * await twoFactor.resend(id);
   * await twoFactor.resend(id, { channel: "voice" });
   *
   * @throws {TwoFactorError} `resend_too_soon` with `retryAfter`; see `TwoFactorErrorCode`.
   */
  resend(id: string, request?: ResendRequest, options?: KeyedCallOptions): Promise<ChallengeStatus>;
  /**
   * Ends a challenge. Its code is no longer taken.
   *
   * @example
   * await twoFactor.cancel(id);
   *
   * @throws {TwoFactorError} `not_found`, or a code that says why the Worker could not be asked.
   */
  cancel(id: string, options?: CallOptions): Promise<void>;
  /**
   * Reads a challenge and changes nothing. With `wait` it answers as soon as the challenge is no longer `pending`, and
   * after that many seconds at the latest; `timeout` starts after them.
   *
   * @example
   * // Has a reply verified it?
   * const { state } = await twoFactor.get(id, { wait: 20 });
   *
   * @throws {TwoFactorError} `not_found`, or a code that says why the Worker could not be asked.
   */
  get(id: string, options?: CallOptions & LookRequest): Promise<ChallengeDetails>;
}

/** Ten messages of several parts, each with its receipt, take about 10 kB. */
const MAX_BODY_BYTES = 65_536;

/** Milliseconds for `/health`, which depends on nothing but the Worker. */
const HEALTH_MS = 3000;

/**
 * Creates a client of the Worker's workflow: it sends codes, checks them, and reports to Vonage. Use it on a server: it
 * holds a proxy key. It can be shared and needs no closing.
 *
 * @example
 * const twoFactor = createTwoFactorClient({ endpoint: "https://conversions.shop.example", key });
 * const { id, to } = await twoFactor.start({ to: "020 7946 0018", defaultCountry: "GB", channel: "voice" });
 * // Keep both on your side of the session: to is "+442079460018", however it was typed.
 * const { verified } = await twoFactor.check(id, "123456");
 *
 * @throws {TwoFactorError} `invalid_options`, naming every field at fault.
 */
export function createTwoFactorClient(options: TwoFactorClientOptions): TwoFactorClient {
  const { endpoint, key, timeout, retry, fetch } = check(twoFactorClientSchema, options, "invalid_options");
  const createAttempt = (patience: number) =>
    createTransport({
      baseUrl: endpoint,
      timeout: patience,
      fetch,
      keepalive: false,
      readUpTo: 599,
      maxBytes: MAX_BODY_BYTES,
      once: true,
    });
  const attemptOnce = createAttempt(timeout);
  const headers = { authorization: `Bearer ${key}`, accept: "application/json" };

  return Object.freeze<TwoFactorClient>({
    async start(request, options) {
      const body = check(startSchema, request, "invalid_request");
      return readStatus(await post("/2fa", body, options));
    },

    async check(id, code, options) {
      const body = check(checkSchema, { code }, "invalid_request");
      return readCheckResult(await post(`${toPath(id)}/check`, body, options));
    },

    async resend(id, request = {}, options = {}) {
      const body = check(resendSchema, request, "invalid_request");
      return readStatus(await post(`${toPath(id)}/resend`, body, options));
    },

    async cancel(id, { signal } = {}) {
      readCancelled(readAnswer(await ask({ path: toPath(id), method: "DELETE", headers }, signal), signal));
    },

    async get(id, { signal, ...request } = {}) {
      const { wait } = check(lookSchema, request, "invalid_request");
      const query: Pick<OutgoingRequest, "query"> = wait > 0 ? { query: [["wait", String(wait)]] } : {};
      const attempt = wait > 0 ? createAttempt(timeout + wait * 1000) : attemptOnce;
      const look = { path: toPath(id), method: "GET", headers, ...query } as const;
      return readDetails(readAnswer(await ask(look, signal, attempt), signal));
    },
  });

  async function post(
    path: string,
    body: object,
    { signal, idempotencyKey = crypto.randomUUID() }: KeyedCallOptions = {},
  ): Promise<Answered> {
    const named = check(idempotencyKeyText, idempotencyKey, "invalid_request", "idempotencyKey");
    const keyed = { ...headers, ...JSON_HEADERS, "idempotency-key": `"${named}"` };
    const request = { path, headers: keyed, body: JSON.stringify(body) };
    const health = { path: "/health", method: "GET", headers: {} } as const;
    const askHealth = () => ask(health, signal, createAttempt(Math.min(timeout, HEALTH_MS)));
    return readAnswer(await askRepeatedly(() => ask(request, signal), askHealth, retry, signal), signal);
  }

  function ask(request: OutgoingRequest, signal: AbortSignal | undefined, attempt = attemptOnce) {
    const stop = check(signalSchema, signal, "invalid_options", "signal");
    return attempt(request, stop ? [stop] : []);
  }
}

/** The path of a challenge. An id may come from a form: it must not lead to another path. */
function toPath(id: string): string {
  if (/^[\w-]+\.[\w-]+$/.test(id)) return `/2fa/${id}`;
  throw new TwoFactorError("not_found", "this is not the id of a challenge; nothing was sent");
}

/** Like `validate`, with a {@link TwoFactorError}. */
function check<S extends v.GenericSchema>(
  schema: S,
  input: unknown,
  code: "invalid_options" | "invalid_request",
  name?: string,
): v.InferOutput<S> {
  const { output, faults } = findFaults(schema, input, name);
  if (!faults) return output;
  throw new TwoFactorError(code, listFaults(faults));
}

import type { OutgoingRequest } from "../../client/transport.ts";
import type { ChallengeDetails, ChallengeStatus } from "../challenge/challenge.ts";
import type { CheckResult, LookRequest, ResendRequest, StartRequest } from "../request.ts";
import { checkSchema, lookSchema, resendSchema, startSchema } from "../request-schemas.ts";
import { readCancelled, readCheckResult, readDetails, readStatus } from "./answer.ts";
import { createAskWorker } from "./ask-worker.ts";
import { TwoFactorError } from "./errors.ts";
import { type TwoFactorClientOptions, twoFactorClientSchema } from "./options.ts";
import { validate } from "./validate.ts";

export interface CallOptions {
  /**
   * Stops waiting. The Worker may still do what you asked.
   *
   * @default none
   *
   * @example
   * await twoFactor.check(id, code, { signal: AbortSignal.timeout(3000) });
   */
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
   * // A UUID made when the form was rendered.
   * await twoFactor.start({ to, channel: "sms" }, { idempotencyKey: form.get("request") });
   */
  readonly idempotencyKey?: string;
}

/** Start, check and resend may be sent several times, and are done once; see the option `retry`. */
export interface TwoFactorClient {
  /**
   * Sends a code. Keep the `id` on your side of the session: with it and the code, anyone can log in.
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
   *
   * @example
   * // No text arrived: call instead.
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
   * // Wait for a reply to verify it.
   * const { state } = await twoFactor.get(id, { wait: 20 });
   *
   * @throws {TwoFactorError} `not_found`, or a code that says why the Worker could not be asked.
   */
  get(id: string, options?: CallOptions & LookRequest): Promise<ChallengeDetails>;
}

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
  const { ask, post } = createAskWorker(validate(twoFactorClientSchema, options, "invalid_options"));

  return Object.freeze<TwoFactorClient>({
    async start(request, { signal, idempotencyKey } = {}) {
      const body = validate(startSchema, request, "invalid_request");
      return readStatus(await post("/2fa", body, signal, idempotencyKey));
    },

    async check(id, code, { signal, idempotencyKey } = {}) {
      const body = validate(checkSchema, { code }, "invalid_request");
      return readCheckResult(await post(`${toPath(id)}/check`, body, signal, idempotencyKey));
    },

    async resend(id, request = {}, { signal, idempotencyKey } = {}) {
      const body = validate(resendSchema, request, "invalid_request");
      return readStatus(await post(`${toPath(id)}/resend`, body, signal, idempotencyKey));
    },

    async cancel(id, { signal } = {}) {
      readCancelled(await ask({ path: toPath(id), method: "DELETE" }, signal));
    },

    async get(id, { signal, ...request } = {}) {
      const { wait } = validate(lookSchema, request, "invalid_request");
      const query: Pick<OutgoingRequest, "query"> = wait > 0 ? { query: [["wait", String(wait)]] } : {};
      return readDetails(await ask({ path: toPath(id), method: "GET", ...query }, signal, wait * 1000));
    },
  });
}

/** The path of a challenge. An id may come from a form: it must not lead to another path. */
function toPath(id: string): string {
  if (/^[\w-]+\.[\w-]+$/.test(id)) return `/2fa/${id}`;
  throw new TwoFactorError("not_found", "this is not the id of a challenge; nothing was sent");
}

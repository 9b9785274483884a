// The workflow for other Workers of the same account: a service binding instead of HTTP, and no proxy key.

import { WorkerEntrypoint } from "cloudflare:workers";
import * as v from "valibot";
import { objectOf } from "../../../src/shared/validation.ts";
import type { ChallengeDetails, ChallengeStatus } from "../../../src/two-factor/challenge/challenge.ts";
import { idempotencyKeyText } from "../../../src/two-factor/challenge/idempotency-key.ts";
import { codeOf } from "../../../src/two-factor/client/error-codes.ts";
import { TwoFactorError } from "../../../src/two-factor/client/errors.ts";
import { validate } from "../../../src/two-factor/client/validate.ts";
import { isNotVerified } from "../../../src/two-factor/refusal.ts";
import type {
  CheckResult,
  LookRequest,
  ResendRequest,
  StartRequest,
} from "../../../src/two-factor/request.ts";
import {
  checkSchema,
  lookSchema,
  resendSchema,
  startSchema,
} from "../../../src/two-factor/request-schemas.ts";
import { StorageUnavailable } from "../../http/ports/storage-unavailable.ts";
import { PROBLEMS } from "../../http/problems.ts";
import { type Failure, REFUSAL_PROBLEMS } from "../../http/two-factor/refusal-problem.ts";
import type { TwoFactor } from "../../http/two-factor/service.ts";
import type { Env } from "../env.ts";
import { requireServices, type ServicesOf } from "../services.ts";

/**
 * The workflow through a service binding. Every call may throw an error whose `name` is `TwoFactorError`, with its
 * fields. `isTwoFactorError` does not recognise it, since it comes from another isolate. If either Worker's
 * compatibility date is before 2026-04-21 (`enhanced_error_serialization`), it is a plain `Error` whose message begins
 * with the code.
 *
 * @example
 * // wrangler.toml: [[services]] binding = "TWO_FACTOR", service = "conversions", entrypoint = "TwoFactor"
 * const { id } = await env.TWO_FACTOR.start({ to, channel: "sms" });
 * const { verified } = await env.TWO_FACTOR.check(id, code);
 */
export interface TwoFactorService {
  /**
   * Sends a code. For the limits, all bound Workers together are one caller.
   *
   * @example
   * const { id } = await env.TWO_FACTOR.start({ to, channel: "sms", locale: "de" });
   */
  start(request: StartRequest, options?: KeyOption): Promise<ChallengeStatus>;
  /**
   * Checks the code that the user typed, and reports the delivery to Vonage.
   *
   * @example
   * const result = await env.TWO_FACTOR.check(id, form.get("code"));
   * if (!result.verified) return showError(result.reason, result.attemptsLeft);
   */
  check(id: string, code: string, options?: KeyOption): Promise<CheckResult>;
  /**
   * Sends a new code, which supersedes the one before.
   *
   * @example
   * await env.TWO_FACTOR.resend(id, { channel: "voice" });
   */
  resend(id: string, request?: ResendRequest, options?: KeyOption): Promise<ChallengeStatus>;
  /**
   * Ends a challenge. Its code is no longer accepted.
   *
   * @example
   * // The user goes back to change the number.
   * await env.TWO_FACTOR.cancel(id);
   */
  cancel(id: string): Promise<void>;
  /**
   * Reads a challenge and changes nothing. With `wait` it answers as soon as the challenge has ended.
   *
   * @example
   * // Wait for a reply to the text.
   * const { state } = await env.TWO_FACTOR.get(id, { wait: 20 });
   */
  get(id: string, request?: LookRequest): Promise<ChallengeDetails>;
}

/** Makes a call repeatable. */
export interface KeyOption {
  /**
   * Your name for this one request: 1 to 255 printable ASCII characters other than space, `"`, `\` and `,`. A
   * repetition with the same key returns the same answer, and sends and counts nothing twice. Kept for a day.
   *
   * @default none: every call is a new one
   *
   * @example
   * // A UUID made when the form was rendered.
   * await env.TWO_FACTOR.start({ to, channel: "sms" }, { idempotencyKey: form.get("request") });
   */
  readonly idempotencyKey?: string;
}

const keySchema = objectOf({ idempotencyKey: v.optional(idempotencyKeyText) });

/** The caller of all RPC in the limits. No proxy key has a colon in its name. */
const CALLER = "rpc:";

/** Creates the entrypoint's class. The platform makes an instance for each call. */
export function createTwoFactorEntrypoint(
  servicesOf: ServicesOf,
): new (
  context: unknown,
  env: Env,
) => TwoFactorService {
  return class extends WorkerEntrypoint<Env> implements TwoFactorService {
    async start(request: StartRequest, options: KeyOption = {}) {
      const valid = validate(startSchema, request, "invalid_request");
      const { idempotencyKey } = validate(keySchema, options, "invalid_request");
      return this.#ask((service) => service.start(valid, CALLER, idempotencyKey));
    }

    async check(id: string, code: string, options: KeyOption = {}): Promise<CheckResult> {
      const valid = validate(checkSchema, { code }, "invalid_request");
      const { idempotencyKey } = validate(keySchema, options, "invalid_request");
      const ask = (service: TwoFactor) => service.check(String(id), valid.code, CALLER, idempotencyKey);
      const checked = await this.#ask(ask);
      if (checked.verified) return checked;
      const { reason, attemptsLeft } = checked;
      if (!isNotVerified(reason)) {
        throw new TwoFactorError("unexpected_response", `a check was answered with ${reason}`);
      }
      return { verified: false, reason, attemptsLeft };
    }

    async resend(id: string, request: ResendRequest = {}, options: KeyOption = {}) {
      const valid = validate(resendSchema, request, "invalid_request");
      const { idempotencyKey } = validate(keySchema, options, "invalid_request");
      return this.#ask((service) => service.resend(String(id), valid, CALLER, idempotencyKey));
    }

    async cancel(id: string): Promise<void> {
      await this.#ask((service) => service.cancel(String(id)));
    }

    async get(id: string, request: LookRequest = {}) {
      const { wait } = validate(lookSchema, request, "invalid_request");
      return this.#ask((service) =>
        service.look(String(id), wait > 0 ? { milliseconds: wait * 1000 } : undefined),
      );
    }

    async #ask<T>(ask: (service: TwoFactor) => Promise<T | Failure>): Promise<T> {
      const { twoFactor } = requireServices(servicesOf(this.env));
      if (twoFactor === undefined) {
        throw toError({
          failed: "no_two_factor",
          detail: "Set TWO_FACTOR_SECRETS and the other settings of the workflow.",
        });
      }
      const work = ask(twoFactor.service);
      // Finish although the caller has gone: a sent message must be recorded.
      this.ctx.waitUntil(work.catch(() => {}));
      try {
        const result = await work;
        if (!isFailure(result)) return result;
        throw toError(result);
      } catch (error) {
        if (!(error instanceof StorageUnavailable) || error.object === "insight") throw error;
        throw toError({ failed: `${error.object}_unavailable` });
      }
    }
  };
}

const isFailure = (result: unknown): result is Failure =>
  typeof result === "object" && result !== null && "failed" in result;

function toError({ failed, detail, retryAfter, challenge }: Failure): TwoFactorError {
  const [status, title, otherwise] = PROBLEMS[REFUSAL_PROBLEMS[failed]];
  const message = `${title}. ${detail ?? otherwise}`;
  return new TwoFactorError(codeOf(failed), message, { status, retryAfter, challenge });
}

// The workflow for Workers next door: a service binding in place of HTTP, and no key.

import { WorkerEntrypoint } from "cloudflare:workers";
import * as v from "valibot";
import { objectOf } from "../../../src/shared/validation.ts";
import type { ChallengeDetails, ChallengeStatus } from "../../../src/two-factor/challenge/challenge.ts";
import { idempotencyKeyText } from "../../../src/two-factor/challenge/idempotency-key.ts";
import { codeOf, TwoFactorError } from "../../../src/two-factor/client/errors.ts";
import { validate } from "../../../src/two-factor/client/validate.ts";
import { isNotVerified } from "../../../src/two-factor/refusal.ts";
import {
  type CheckResult,
  checkSchema,
  type LookRequest,
  lookSchema,
  type ResendRequest,
  resendSchema,
  type StartRequest,
  startSchema,
} from "../../../src/two-factor/request.ts";
import { StorageUnavailable } from "../../http/ports/storage-unavailable.ts";
import { PROBLEMS } from "../../http/problems.ts";
import { type Failure, REFUSAL_PROBLEMS } from "../../http/two-factor/refusal-problem.ts";
import type { TwoFactor } from "../../http/two-factor/service.ts";
import type { Env } from "../env.ts";
import { requireServices, type ServicesOf } from "../services.ts";

/**
 * What another Worker calls through its service binding. Every call may throw an error whose `name` is
 * `TwoFactorError`, with its fields; `isTwoFactorError` does not know it, since it comes from another isolate. Where
 * either Worker's compatibility date is before 2026-04-21 (`enhanced_error_serialization`), all of that is in the
 * message of a plain `Error`, which begins with the code.
 */
export interface TwoFactorService {
  /** Sends a code. All Workers that are bound count as one caller for the limits. */
  start(request: StartRequest, options?: KeyOption): Promise<ChallengeStatus>;
  /** Checks the code that the user typed; what came of it is reported by itself. */
  check(id: string, code: string, options?: KeyOption): Promise<CheckResult>;
  /** Sends a new code, which supersedes the one before. */
  resend(id: string, request?: ResendRequest, options?: KeyOption): Promise<ChallengeStatus>;
  /** Ends a challenge: its code is not taken any more. */
  cancel(id: string): Promise<void>;
  /** Looks at a challenge, at once or when it has ended; changes nothing. */
  get(id: string, request?: LookRequest): Promise<ChallengeDetails>;
}

/** How one call is to be known again. */
export interface KeyOption {
  /**
   * Your name for this one request, say a UUID that a form got when it was rendered: repeated with it, the call gives
   * the same answer, sends nothing twice and counts nothing twice. Kept for a day.
   *
   * @default none: every call is a new one
   */
  readonly idempotencyKey?: string;
}

const keySchema = objectOf({ idempotencyKey: v.optional(idempotencyKeyText) });

/** Whom what is asked for by RPC counts for. No proxy key has a name with a colon. */
const CALLER = "rpc:";

/** Makes the entrypoint's class; an instance is made for each call. */
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
        throw toError({ failed: "no_two_factor", detail: "Set TWO_FACTOR_SECRETS and what goes with it." });
      }
      const work = ask(twoFactor.service);
      // A caller that leaves must not leave a message that was sent without a note of it.
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

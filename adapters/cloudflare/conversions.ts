// The Worker for Workers next door: a service binding in place of HTTP, no token, no key.

import { WorkerEntrypoint } from "cloudflare:workers";
import * as v from "valibot";
import { ConversionError, type ConversionErrorCode } from "../../src/client/errors.ts";
import type { ConversionResult } from "../../src/client/sending.ts";
import { objectOf, oneOf, validate } from "../../src/shared/validation.ts";
import {
  type Channel,
  type ConversionReport,
  createReportSchema,
  TRAFFICS,
  type Traffic,
} from "../../src/wire/report.ts";
import { LedgerUnavailable } from "../http/ports/ledger.ts";
import { PROBLEMS, type ProblemName } from "../http/problem.ts";
import { OTHER_TRAFFIC } from "../http/submission.ts";
import { type SentMessage, sentMessageSchema, type TrackResult } from "../http/track.ts";
import type { Env } from "./env.ts";
import { requireServices, type ServicesOf } from "./services.ts";

/** A report with the kind of traffic it is of. */
export interface ServiceReport extends ConversionReport {
  /**
   * Which of the two credential sets reports it.
   *
   * @default "2fa"
   */
  readonly traffic?: Traffic;
}

/** What another Worker calls through its service binding. */
export interface ConversionService {
  /**
   * Reports the outcome of a text message.
   *
   * @throws An error whose `name` is `ConversionError`, with `code` (see `ConversionErrorCode`), `attempts` and
   * `retryable`; its message begins with the code. `isConversionError` does not know it: it comes from another
   * isolate. Where either Worker's compatibility date is before 2026-04-21 (`enhanced_error_serialization`), all of
   * that is in the message of a plain `Error`: `ConversionError: `, the code, and what is wrong.
   */
  sms(report: ServiceReport): Promise<ConversionResult>;
  /** Reports the outcome of a voice call; see `sms`. */
  voice(report: ServiceReport): Promise<ConversionResult>;
  /** Has a message awaited: unless it is reported by then, `delivered=false` is. Errors as with `sms`. */
  track(message: SentMessage): Promise<TrackResult>;
}

const reportSchema = objectOf({
  ...createReportSchema(Date.now).entries,
  traffic: v.optional(oneOf(TRAFFICS), "2fa"),
});

/** Makes the entrypoint's class; an instance is made for each call. */
export function createConversionsEntrypoint(
  servicesOf: ServicesOf,
): new (
  context: unknown,
  env: Env,
) => ConversionService {
  return class extends WorkerEntrypoint<Env> implements ConversionService {
    sms(report: ServiceReport) {
      return this.#report("sms", report);
    }

    voice(report: ServiceReport) {
      return this.#report("voice", report);
    }

    async track(message: SentMessage) {
      const { traffic = "2fa", ...given } = validate(sentMessageSchema, message, "invalid_report");
      const { track } = requireServices(servicesOf(this.env));
      if (track === undefined) {
        throw new ConversionError(
          "invalid_options",
          "invalid_options: there is no ledger; bind LEDGER to track",
        );
      }
      try {
        const tracked = await track({ ...given, traffic });
        if (tracked === "other-traffic") throw toError("wrong-traffic", 0, OTHER_TRAFFIC);
        return tracked;
      } catch (error) {
        throw error instanceof LedgerUnavailable ? toError("ledger-unavailable", 0) : error;
      }
    }

    async #report(channel: Channel, given: ServiceReport): Promise<ConversionResult> {
      const { traffic, ...report } = validate(reportSchema, given, "invalid_report");
      const { deliver } = requireServices(servicesOf(this.env));
      const work = deliver({ channel, ...report }, traffic);
      this.ctx.waitUntil(work.catch(() => {}));
      const delivery = await work;
      const { status, attempts } = delivery;
      if (status === "failed") throw toError(delivery.problem, attempts, delivery.detail);
      return { status, attempts };
    }
  };
}

/** The problem as the client's error. */
const CODES: Partial<Record<ProblemName, readonly [code: ConversionErrorCode, retryable: boolean]>> = {
  conflict: ["conflict", false],
  "wrong-traffic": ["unauthorized", false],
  "not-configured": ["invalid_options", false],
  "upstream-rejected": ["rejected", false],
  "upstream-unauthorized": ["unauthorized", false],
  "upstream-not-enabled": ["not_enabled", false],
  "upstream-throttled": ["rate_limited", true],
  "upstream-timeout": ["timeout", true],
  "upstream-unexpected": ["unexpected_response", false],
};

function toError(
  problem: ProblemName,
  attempts: number,
  detail: string = PROBLEMS[problem][1],
): ConversionError {
  const [code, retryable] = CODES[problem] ?? ["unavailable", true];
  return new ConversionError(code, `${code}: ${detail}`, { attempts, retryable });
}

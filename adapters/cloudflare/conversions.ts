// Takes reports of other Workers of the account: by a service binding instead of HTTP, without token or key.

import { WorkerEntrypoint } from "cloudflare:workers";
import * as v from "valibot";
import { ConversionError, type ConversionErrorCode } from "../../src/client/errors.ts";
import type { ConversionResult } from "../../src/client/sending.ts";
import { listFaults, objectOf, oneOf, validate } from "../../src/shared/validation.ts";
import { type SentMessage, sentMessageSchema, type TrackResult } from "../../src/track/sent-message.ts";
import type { ParameterFault } from "../../src/wire/parameters.ts";
import {
  type Channel,
  type ConversionReport,
  createReportSchema,
  TRAFFICS,
  type Traffic,
} from "../../src/wire/report.ts";
import { LedgerUnavailable } from "../http/ports/ledger.ts";
import type { SubmissionRefusal } from "../http/refusal.ts";
import { explainRefusal } from "../http/refusal-problem.ts";
import type { Env } from "./env.ts";
import { requireServices, type ServicesOf } from "./services.ts";

/** A report and its kind of traffic. */
export interface ServiceReport extends ConversionReport {
  /**
   * The kind of message, which decides the credentials that it is reported with.
   *
   * @default "2fa"
   * @example
   * await env.CONVERSIONS.sms({ messageId, delivered: true, traffic: "other" });
   */
  readonly traffic?: Traffic;
}

/** The methods that another Worker calls through its service binding. */
export interface ConversionService {
  /**
   * Reports the outcome of a text message.
   *
   * @throws An error whose `name` is `ConversionError`, with `code` (see `ConversionErrorCode`), `attempts` and
   * `retryable`; its message begins with the code. `isConversionError` does not recognise it, because it comes from
   * another isolate. If the compatibility date of either Worker is before 2026-04-21
   * (`enhanced_error_serialization`), it is a plain `Error` whose message is `ConversionError: `, the code, and the
   * reason.
   *
   * @example
   * const { status } = await env.CONVERSIONS.sms({ messageId: "0A0000000123ABCD1", delivered: true });
   */
  sms(report: ServiceReport): Promise<ConversionResult>;
  /**
   * Reports the outcome of a voice call; see `sms` for its errors.
   *
   * @example
   * await env.CONVERSIONS.voice({ messageId: callId, delivered: false });
   */
  voice(report: ServiceReport): Promise<ConversionResult>;
  /**
   * Tracks a message that was sent: without a report before it expires, it is reported as not delivered. See `sms`
   * for the errors.
   *
   * @example
   * const { token } = await env.CONVERSIONS.track({ messageId: "0A0000000123ABCD1", channel: "sms" });
   */
  track(message: SentMessage): Promise<TrackResult>;
}

const reportSchema = objectOf({
  ...createReportSchema(Date.now).entries,
  traffic: v.optional(oneOf(TRAFFICS), "2fa"),
});

/** Makes the entrypoint's class. The runtime makes an instance for each call. */
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
      if (track === undefined) throw toError({ reason: "no_ledger" }, 0);
      const tracked = await track({ ...given, traffic }).catch((error: unknown) => {
        if (!(error instanceof LedgerUnavailable)) throw error;
        throw toError({ reason: "ledger_unavailable" }, 0);
      });
      if ("errors" in tracked) throw toInvalid(tracked.errors);
      if ("refused" in tracked) throw toError(tracked.refused, 0);
      return tracked;
    }

    async #report(channel: Channel, given: ServiceReport): Promise<ConversionResult> {
      const { traffic, ...report } = validate(reportSchema, given, "invalid_report");
      const { submit } = requireServices(servicesOf(this.env));
      const work = submit({ channel, ...report }, traffic);
      this.ctx.waitUntil(work.catch(() => {}));
      const submission = await work;
      const { status, attempts } = submission;
      if (status === "refused") throw toError(submission.refusal, attempts);
      return { status, attempts };
    }
  };
}

const CODES: Readonly<
  Record<
    Exclude<SubmissionRefusal["reason"], "upstream">,
    readonly [code: ConversionErrorCode, retryable: boolean]
  >
> = {
  no_credentials: ["invalid_options", false],
  other_traffic: ["unauthorized", false],
  conflict: ["conflict", false],
  ledger_unavailable: ["unavailable", true],
  no_ledger: ["invalid_options", false],
};

/** Turns a refusal into the client's error, with the code, status and waiting time of Vonage's answer if it gave one. */
function toError(refusal: SubmissionRefusal, attempts: number): ConversionError {
  if (refusal.reason === "upstream") {
    const { code, retryable, status, retryAfter } = refusal;
    return new ConversionError(code, `${code}: ${explainRefusal(refusal)}`, {
      attempts,
      retryable,
      ...(status !== undefined && { status }),
      ...(retryAfter !== undefined && { retryAfter }),
    });
  }
  const [code, retryable] = CODES[refusal.reason];
  return new ConversionError(code, `${code}: ${explainRefusal(refusal)}`, { attempts, retryable });
}

function toInvalid(errors: readonly ParameterFault[]): ConversionError {
  const faults = errors.map(({ parameter, detail }) => ({ field: parameter, fault: detail, rule: detail }));
  return new ConversionError("invalid_report", `invalid_report: ${listFaults(faults)}`, { faults });
}

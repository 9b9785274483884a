// Submits a valid report of a known caller to Vonage: directly, or through a ledger that keeps it until it arrives.

import type { ConversionResult } from "../../src/client/sending.ts";
import type { Traffic, ValidReport } from "../../src/wire/report.ts";
import type { HandlerConfig } from "./options.ts";
import { type Ledger, type LedgerAnswer, LedgerUnavailable } from "./ports/ledger.ts";
import type { SubmissionRefusal } from "./refusal.ts";
import { createSenders } from "./senders.ts";

/** The end of a submission. */
export type Submission =
  /** Without a ledger there is no `accepted`, and no `reason`. */
  | (ConversionResult & Pick<LedgerAnswer, "reason">)
  | { readonly status: "refused"; readonly attempts: number; readonly refusal: SubmissionRefusal };

export type Submit = (report: ValidReport, traffic: Traffic) => Promise<Submission>;

/** Fits into one request: the caller waits for the answer. */
const RETRY = { attempts: 2, baseDelay: 100, maxDelay: 1000 };

/** Makes the function that submits reports. Every request to Vonage carries the time of arrival as its `timestamp`. */
export function createSubmission(config: HandlerConfig, ledger?: Ledger): Submit {
  const submit = ledger === undefined ? submitDirectly(config) : submitThrough(ledger, config);
  return (report, traffic) =>
    config.credentials[traffic] === undefined
      ? Promise.resolve(refuse({ reason: "no_credentials", traffic }, 0))
      : submit(report, traffic);
}

function submitDirectly(config: HandlerConfig): Submit {
  const senders = createSenders(config, RETRY);
  return async (report, traffic) => {
    const timestamp = report.timestamp ?? config.now();
    const outcome = await senders.get(traffic)?.({ ...report, timestamp });
    if (outcome?.status !== "failed") return { status: "recorded", attempts: outcome?.attempts ?? 0 };
    const { attempts, ...failure } = outcome.failure;
    return refuse({ reason: "upstream", ...failure }, attempts);
  };
}

function submitThrough(ledger: Ledger, { now }: HandlerConfig): Submit {
  return async ({ channel, messageId, delivered, timestamp }, traffic) => {
    const timed = timestamp !== undefined;
    const occurredAt = timestamp ?? now();
    let answer: LedgerAnswer;
    try {
      answer = await ledger.report({ channel, messageId, delivered, occurredAt, timed, traffic });
    } catch (error) {
      if (!(error instanceof LedgerUnavailable)) throw error;
      return refuse({ reason: "ledger_unavailable" }, 0);
    }
    const { status, attempts } = answer;
    if (answer.otherTraffic) return refuse({ reason: "other_traffic" }, attempts);
    if (status === "conflict") return refuse({ reason: "conflict" }, attempts);
    if (status === "rejected") {
      return refuse({ reason: "upstream", code: "rejected", retryable: false }, attempts);
    }
    return { ...answer, status };
  };
}

const refuse = (refusal: SubmissionRefusal, attempts: number): Submission => ({
  status: "refused",
  attempts,
  refusal,
});

// A valid report of a known caller → Vonage: straight, or through a ledger that does not forget.

import type { ConversionErrorCode } from "../../src/client/errors.ts";
import type { Traffic, ValidReport } from "../../src/wire/report.ts";
import type { HandlerConfig } from "./options.ts";
import { type Ledger, type LedgerAnswer, LedgerUnavailable } from "./ports/ledger.ts";
import type { ProblemName } from "./problem.ts";
import { createSenders } from "./senders.ts";

/** What became of a report: where it is, or the problem. */
export type Delivery =
  | {
      /** As the client's result; `accepted` comes from a ledger only. */
      readonly status: "recorded" | "accepted" | "duplicate";
      readonly attempts: number;
      /** Why Vonage has not confirmed yet. */
      readonly reason?: ConversionErrorCode;
    }
  | {
      readonly status: "failed";
      readonly problem: ProblemName;
      readonly attempts: number;
      readonly detail?: string;
      /** What Vonage asked for, in milliseconds. */
      readonly retryAfter?: number | undefined;
    };

export type Deliver = (report: ValidReport, traffic: Traffic) => Promise<Delivery>;

/** A message is reported with the account that sent it, which is the account of the traffic that it was tracked for. */
export const OTHER_TRAFFIC =
  "The message belongs to the other kind of traffic; only a key or token of that may report it.";

/** Within one request: a caller's patience is short. */
const RETRY = { attempts: 2, baseDelay: 100, maxDelay: 1000 };

/** What a failed report to Vonage is for the caller. 401 and 402 are not the caller's fault, so never passed on. */
const UPSTREAM: Readonly<Record<ConversionErrorCode, ProblemName>> = {
  unauthorized: "upstream-unauthorized",
  not_enabled: "upstream-not-enabled",
  rejected: "upstream-rejected",
  rate_limited: "upstream-throttled",
  unavailable: "upstream-unavailable",
  network: "upstream-unavailable",
  timeout: "upstream-timeout",
  unexpected_response: "upstream-unexpected",
  conflict: "upstream-unexpected",
  aborted: "internal",
  invalid_options: "internal",
  invalid_report: "internal",
};

/** Makes the function that delivers reports. The moment of arrival goes along, so that no attempt shifts it. */
export function createDelivery(config: HandlerConfig, ledger?: Ledger): Deliver {
  const deliver = ledger === undefined ? straight(config) : through(ledger);
  return async (report, traffic) => {
    if (config.credentials[traffic] === undefined) {
      const detail = `There are no credentials for "${traffic}" traffic here.`;
      return { status: "failed", problem: "not-configured", attempts: 0, detail };
    }
    return deliver(report, traffic);
  };
}

function straight(config: HandlerConfig): Deliver {
  const senders = createSenders(config, RETRY);
  return async (report, traffic) => {
    const timestamp = report.timestamp ?? Date.now();
    const outcome = await senders.get(traffic)?.({ ...report, timestamp });
    if (outcome?.status !== "failed") return { status: "recorded", attempts: outcome?.attempts ?? 0 };
    const { code, attempts, retryAfter } = outcome.failure;
    return { status: "failed", problem: UPSTREAM[code], attempts, retryAfter };
  };
}

function through(ledger: Ledger): Deliver {
  return async ({ channel, messageId, delivered, timestamp }, traffic) => {
    const timed = timestamp !== undefined;
    const occurredAt = timestamp ?? Date.now();
    let answer: LedgerAnswer;
    try {
      answer = await ledger.report({ channel, messageId, delivered, occurredAt, timed, traffic });
    } catch (error) {
      if (!(error instanceof LedgerUnavailable)) throw error;
      return { status: "failed", problem: "ledger-unavailable", attempts: 0 };
    }
    const { status, attempts, reason, otherTraffic } = answer;
    if (otherTraffic) return { status: "failed", problem: "wrong-traffic", attempts, detail: OTHER_TRAFFIC };
    if (status === "conflict") return { status: "failed", problem: "conflict", attempts };
    if (status === "rejected") return { status: "failed", problem: "upstream-rejected", attempts };
    return { status, attempts, ...(reason && { reason }) };
  };
}

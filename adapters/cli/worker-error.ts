// A request that was not answered as hoped → what to say about it.

import type { Problem } from "./answers.ts";
import { formatMissing } from "./missing-settings.ts";
import { ADMIN_KEY_SETTING } from "./settings.ts";

/** Why there is no good answer. */
export type Failure =
  | { readonly kind: "timeout"; readonly milliseconds: number }
  | { readonly kind: "network"; readonly systemCode: string | undefined }
  | { readonly kind: "redirect"; readonly status: number; readonly target: string | undefined }
  /** Not the Worker's, or not of a version that is known here. */
  | { readonly kind: "foreign"; readonly status: number }
  | { readonly kind: "problem"; readonly status: number; readonly problem: Problem };

/** A request failed. The message says which, why, and what to do; it never holds a query, a header or a body. */
export class WorkerError extends Error {
  override readonly name = "WorkerError";
  /** The message without the call. */
  readonly reason: string;
  /** Lines beyond the message. */
  readonly more: readonly string[];
  readonly failure: Failure;

  constructor(call: string, failure: Failure) {
    const [reason = "", ...more] = describe(failure, call.endsWith("/retry"));
    super(`${call}: ${reason}`);
    this.reason = reason;
    this.more = more;
    this.failure = failure;
  }

  /** Whether other requests would fare no better. */
  get concernsAll(): boolean {
    const { failure } = this;
    if (failure.kind === "foreign") return failure.status < 500;
    if (failure.kind !== "problem") return true;
    return failure.status === 429 || EXPLAINED.has(nameOf(failure.problem));
  }
}

/** A problem's name: `unauthenticated`, `no-ledger`, … */
export const nameOf = ({ type }: Problem): string => type.slice(type.lastIndexOf(":") + 1);

const EXPLAINED = new Map<string, (problem: Problem) => readonly string[]>([
  [
    "unauthenticated",
    () => [
      `the Worker refused the admin key (401): ${ADMIN_KEY_SETTING} must be one of the keys that the Worker has as ` +
        "ADMIN_KEYS (npx wrangler secret put ADMIN_KEYS, with name:key).",
    ],
  ],
  [
    "no-ledger",
    () => ["this Worker runs without a ledger (501): there is nothing to list, count or send again."],
  ],
  [
    "not-configured",
    (problem) => ["the Worker is not configured completely (503):", ...formatMissing(problem)],
  ],
]);

const NETWORK_ADVICE: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there; is the Worker running, and the endpoint right?",
  ENOTFOUND: "there is no such host; check the endpoint.",
  EAI_AGAIN: "the host's name could not be looked up; check the network and try again.",
  CERT_HAS_EXPIRED: "its certificate has expired.",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another host; check the endpoint.",
};

function describe(failure: Failure, isRetry: boolean): readonly string[] {
  switch (failure.kind) {
    case "timeout":
      return [`no answer within ${failure.milliseconds / 1000} seconds. ${againAdvice(isRetry)}`];
    case "network": {
      const { systemCode } = failure;
      const advice =
        NETWORK_ADVICE[systemCode ?? ""] ??
        (/CERT|SELF_SIGNED|UNABLE_TO/.test(systemCode ?? "")
          ? "its certificate is not trusted here."
          : `the connection failed. ${againAdvice(isRetry)}`);
      return [`${advice}${systemCode === undefined ? "" : ` (${systemCode})`}`];
    }
    case "redirect": {
      const to = failure.target === undefined ? "" : ` to ${failure.target}`;
      return [
        `redirected (${failure.status})${to}. This is not followed, since the admin key would go along; ` +
          "check the endpoint.",
      ];
    }
    case "foreign":
      return [
        `${failure.status}, but not an answer that this version knows. ${
          failure.status >= 500
            ? "The Worker may have broken down: look at `npx wrangler tail`, and try again."
            : "Check the endpoint, and that Worker and command line are of the same version."
        }`,
      ];
    case "problem": {
      const { problem, status } = failure;
      const explained = EXPLAINED.get(nameOf(problem))?.(problem);
      if (explained !== undefined) return explained;
      const { title, detail, errors } = problem;
      const older = status === 404 && !isRetry ? " (the Worker may be older than this command line)" : "";
      return [
        `${status} ${title}${detail === undefined ? "" : `: ${detail}`}${older}`,
        ...errors.map((one) => `  ${one.parameter} ${one.detail}`),
      ];
    }
  }
}

const againAdvice = (isRetry: boolean) =>
  isRetry
    ? "It may have been accepted all the same; it does no harm to try again."
    : "Check the network and the endpoint, and try again.";

// Errors of requests to the Worker, with advice.

import type { Problem } from "./answers.ts";
import { formatMissing } from "./missing-settings.ts";
import { ADMIN_KEY_SETTING } from "./settings.ts";

/** The reason why a request failed. */
export type Failure =
  | { readonly kind: "timeout"; readonly milliseconds: number }
  | { readonly kind: "network"; readonly systemCode: string | undefined }
  | { readonly kind: "redirect"; readonly status: number; readonly target: string | undefined }
  /** The answer is not from the Worker, or from an unknown version of it. */
  | { readonly kind: "foreign"; readonly status: number }
  | { readonly kind: "problem"; readonly status: number; readonly problem: Problem };

/** A failed request. The message names the request, the reason and the remedy, never a query, a header or a body. */
export class WorkerError extends Error {
  override readonly name = "WorkerError";
  /** The message without the call. */
  readonly reason: string;
  /** Further lines. */
  readonly more: readonly string[];
  readonly failure: Failure;

  constructor(call: string, failure: Failure) {
    const [reason = "", ...more] = describe(failure, call.endsWith("/retry"));
    super(`${call}: ${reason}`);
    this.reason = reason;
    this.more = more;
    this.failure = failure;
  }

  /** `true` if other requests would fail too. */
  get concernsAll(): boolean {
    const { failure } = this;
    if (failure.kind === "foreign") return failure.status < 500;
    if (failure.kind !== "problem") return true;
    return failure.status === 429 || EXPLAINED.has(nameOf(failure.problem));
  }
}

/** Returns the name of a problem: `unauthenticated`, `no-ledger`, … */
export const nameOf = ({ type }: Problem): string => type.slice(type.lastIndexOf(":") + 1);

const EXPLAINED = new Map<string, (problem: Problem) => readonly string[]>([
  [
    "unauthenticated",
    () => [
      `the Worker refused the admin key (401): ${ADMIN_KEY_SETTING} must be one of the keys in the Worker's ` +
        "ADMIN_KEYS (set with npx wrangler secret put ADMIN_KEYS, as name:key).",
    ],
  ],
  [
    "no-ledger",
    () => ["this Worker has no ledger (501): there are no reports to list, count or send again."],
  ],
  [
    "no-insight",
    () => [
      "this Worker gathers no figures (501): bind INSIGHT, the Durable Object class Insight, and deploy it.",
    ],
  ],
  [
    "not-configured",
    (problem) => ["the configuration of the Worker is incomplete (503):", ...formatMissing(problem)],
  ],
]);

const NETWORK_ADVICE: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there; check that the Worker is running, and the endpoint.",
  ENOTFOUND: "the host does not exist; check the endpoint.",
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
          ? "its certificate is not trusted."
          : `the connection failed. ${againAdvice(isRetry)}`);
      return [`${advice}${systemCode === undefined ? "" : ` (${systemCode})`}`];
    }
    case "redirect": {
      const to = failure.target === undefined ? "" : ` to ${failure.target}`;
      return [
        `redirected (${failure.status})${to}. Redirects are not followed, because they would receive the admin key; ` +
          "check the endpoint.",
      ];
    }
    case "foreign":
      return [
        `${failure.status}, with an answer that this version does not understand. ${
          failure.status >= 500
            ? "The Worker may have failed: run `npx wrangler tail`, and try again."
            : "Check the endpoint, and that the Worker and this command line have the same version."
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
    ? "The report may have been accepted; trying again is safe."
    : "Check the network and the endpoint, and try again.";

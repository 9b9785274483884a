// Reads the Worker's answers: a result, or the error that says why there is none.

import * as v from "valibot";
import { NO_ANSWER } from "../../client/response.ts";
import { parseRetryAfter } from "../../client/retry.ts";
import type { Attempt } from "../../client/transport.ts";
import { parseJson } from "../../shared/parse-json.ts";
import { PROBLEM_TYPE } from "../../wire/problem-type.ts";
import type { ChallengeDetails, ChallengeStatus } from "../challenge/challenge.ts";
import { isNotVerified, type RefusalReason, refusalOf } from "../refusal.ts";
import type { CheckResult } from "../request.ts";
import { codeOf } from "./error-codes.ts";
import { TwoFactorError } from "./errors.ts";

/** A complete answer. */
export interface Answered {
  readonly status: number;
  /** The body's JSON; `undefined` if it is not JSON. */
  readonly body: unknown;
  readonly retryAfter: number | undefined;
}

/** A problem of the Worker. */
interface Problem {
  /** Its type, without the prefix. */
  readonly name: string;
  readonly reason: RefusalReason | undefined;
  readonly message: string;
  readonly attemptsLeft: number;
}

/** Other servers may answer with problems too; only ours have this prefix. */
const problemSchema = v.object({
  type: v.pipe(v.string(), v.startsWith(PROBLEM_TYPE)),
  title: v.string(),
  detail: v.optional(v.string()),
  attemptsLeft: v.optional(v.number()),
});

/** A bare 200 is not enough: proxies return it for anything. */
const verifiedSchema = v.object({ verified: v.literal(true) });

const challengeEntries = {
  id: v.string(),
  channel: v.picklist(["sms", "voice"]),
  expiresAt: v.string(),
  attemptsLeft: v.number(),
};
const statusSchema = v.object({ ...challengeEntries, to: v.string() });
/** Problems contain no number, and a Worker of version 0.1 does not send one. */
const challengeSchema = v.object(challengeEntries);

/** @throws {TwoFactorError} if there is no complete answer. */
export function readAnswer(ended: Attempt, signal: AbortSignal | undefined): Answered {
  if (ended.noAnswer === "mistake") {
    const [code, advice] = NO_ANSWER.mistake;
    throw new TwoFactorError(code, `${advice} (${ended.systemCode})`);
  }
  // An answer without its whole body is no answer.
  if (ended.noAnswer || ended.body === undefined) {
    const code = ended.noAnswer ?? (signal?.aborted ? "aborted" : "timeout");
    throw new TwoFactorError(code, "the Worker did not answer; it may have done what you asked");
  }
  return { status: ended.status, body: parseJson(ended.body), retryAfter: readRetryAfter(ended) };
}

/** @returns Milliseconds. */
export const readRetryAfter = ({ retryAfter }: Attempt): number | undefined =>
  parseRetryAfter(retryAfter, Date.now());

export function readStatus(answered: Answered): ChallengeStatus {
  const { success, output } = v.safeParse(statusSchema, answered.body);
  if (answered.status !== 201 || !success) throw toError(answered);
  return output;
}

export function readCheckResult(answered: Answered): CheckResult {
  if (answered.status === 200 && v.is(verifiedSchema, answered.body)) return { verified: true };
  const problem = readProblem(answered.body);
  if (problem === undefined || !isNotVerified(problem.reason)) throw toError(answered);
  return { verified: false, reason: problem.reason, attemptsLeft: problem.attemptsLeft };
}

export function readDetails(answered: Answered): ChallengeDetails {
  if (answered.status !== 200 || !v.is(challengeSchema, answered.body)) throw toError(answered);
  return answered.body as unknown as ChallengeDetails;
}

export function readCancelled(answered: Answered): void {
  if (answered.status !== 204) throw toError(answered);
}

/** The Worker's problem in a body; `undefined` if there is none. */
export function readProblem(body: unknown): Problem | undefined {
  const { success, output } = v.safeParse(problemSchema, body);
  if (!success) return undefined;
  const { title, detail, attemptsLeft = 0 } = output;
  const name = output.type.slice(PROBLEM_TYPE.length);
  const message = detail === undefined ? title : `${title}. ${detail}`;
  return { name, reason: refusalOf(name), message, attemptsLeft };
}

function toError({ status, body, retryAfter }: Answered): TwoFactorError {
  const problem = readProblem(body);
  const code = codeOf(problem?.reason);
  // Never quote an answer of another server: it may repeat the request.
  if (problem === undefined || code === "unexpected_response") {
    const hint = `status ${status} without a problem that this client knows; check endpoint`;
    return new TwoFactorError("unexpected_response", hint, { status });
  }
  const challenge = v.safeParse(challengeSchema, body);
  return new TwoFactorError(code, problem.message, {
    status,
    retryAfter,
    ...(code === "send_uncertain" && challenge.success && { challenge: challenge.output }),
  });
}

// Repeats a request under one idempotency key while it is unknown whether it was done.

import * as v from "valibot";
import { nextDelay, type RetryOptions } from "../../client/retry.ts";
import { type Attempt, startTimer } from "../../client/transport.ts";
import { parseJson } from "../../shared/parse-json.ts";
import type { RefusalReason } from "../refusal.ts";
import { readProblem, readRetryAfter } from "./answer.ts";

/** Refusals after which the same request may succeed, or its first answer may have arrived. */
const REPEATED: ReadonlySet<RefusalReason | undefined> = new Set<RefusalReason>([
  "ledger_unavailable",
  "challenges_unavailable",
  "limits_unavailable",
  "idempotency_key_in_use",
]);

/** Workers of version 0.2.0 and later answer `GET /health` with this. */
const healthSchema = v.object({ idempotencyKeys: v.literal(true) });

/**
 * Asks until an answer is final or no request is left.
 *
 * @param ask Sends the request once.
 * @param askHealth Asks for `/health`. A Worker before 0.2.0 ignores the key, and would send or count twice.
 */
export async function askRepeatedly(
  ask: () => Promise<Attempt>,
  askHealth: () => Promise<Attempt>,
  retry: Required<RetryOptions>,
  signal: AbortSignal | undefined,
): Promise<Attempt> {
  for (let attempts = 1; ; attempts++) {
    const ended = await ask();
    const delay = mayRepeat(ended)
      ? nextDelay(attempts, retry, readRetryAfter(ended), Math.random())
      : undefined;
    if (delay === undefined || signal?.aborted || !knowsKeys(await askHealth())) return ended;
    await new Promise((resolve) => startTimer(delay, signal ? [signal] : [], resolve));
  }
}

/** It is unknown whether the request was done, or the Worker asks for it again. */
function mayRepeat({ status, body, noAnswer }: Attempt): boolean {
  if (status === undefined) return noAnswer === "network" || noAnswer === "timeout";
  const problem = readProblem(parseJson(body ?? ""));
  if (problem === undefined) return status >= 500 || body === undefined;
  return problem.name === "internal" || REPEATED.has(problem.reason);
}

const knowsKeys = ({ status, body }: Attempt): boolean =>
  status === 200 && v.is(healthSchema, parseJson(body ?? ""));

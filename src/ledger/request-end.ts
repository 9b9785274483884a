import { deadLetter } from "./dead-letter.ts";
import type { Ended, LedgerRules } from "./events.ts";
import { isRefusal, mayBeRecorded, UNCERTAIN, withUnknownEnd } from "./possibly-recorded.ts";
import { countRefusals, refusalsOf } from "./refusals.ts";
import type { Row } from "./row.ts";
import { LONGEST_WAIT_FOR_KEY_MS, nextAttemptAt } from "./schedule.ts";
import { promoteSuccessor } from "./successor.ts";

/** The row after its request has ended. */
export function afterRequest(
  before: Row,
  ended: Ended,
  now: number,
  random: number,
  rules: LedgerRules,
): Row {
  const { code } = ended;
  if (before.successor !== null) return { ...promoteSuccessor(before, now), state: "queued", due: now };
  if (code === null) {
    const { uncertain, refusals, ...row } = before;
    return { ...row, state: "recorded", due: now + rules.keepRecorded, reason: null };
  }
  if (code === "rejected") {
    const refused = { ...before, ...countRefusals(refusalsOf(before) + 1) };
    return deadLetter(mayBeRecorded(before) ? { ...refused, ...UNCERTAIN } : refused, code, now, rules);
  }
  const { refusals, ...known } = before;
  const row = isRefusal(code) && !mayBeRecorded(before) ? known : withUnknownEnd(known);
  // The key failed, not the report: it waits until the key is fixed.
  if (code === "unauthorized" || code === "not_enabled") {
    if (now - row.since >= LONGEST_WAIT_FOR_KEY_MS) return deadLetter(row, code, now, rules);
    return { ...row, state: "queued", due: now, reason: code };
  }
  const at = nextAttemptAt(row.attempts, row.since, now, ended.retryAfter, random);
  return at === undefined
    ? deadLetter(row, code, now, rules)
    : { ...row, state: "queued", due: at, reason: code };
}

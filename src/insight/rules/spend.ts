import { DAY_MS } from "../query.ts";
import { type Context, listScopes, openAlarm } from "./context.ts";
import { type Finding, type Kept, keep } from "./finding.ts";
import { isWithin, levelOf } from "./scope.ts";
import { euros, nameScope } from "./sentences.ts";
import type { Scope } from "./state.ts";

/** So many times the dearest day of 14. */
const TIMES = 3;

/** 5 EUR: less is not worth a warning. */
const LEAST = 5e8;

/** Days that must be known. */
const FEWEST_DAYS = 3;

/**
 * Finds days that cost far more than usual, or more than the operator set: fraud whose messages are converted shows in
 * nothing else.
 *
 * @param limit EUR a day for everything together.
 */
export function findSpending(limit: number | undefined, context: Context): (Finding | Kept)[] {
  const { state, now } = context;
  const found: (Finding | Kept)[] = [];
  for (const level of ["country", "everything"] as const) {
    for (const [key, scope] of listScopes(state).filter(([one]) => levelOf(one) === level)) {
      const most = limitOf(key, scope, limit, now);
      if (most === undefined || spentOn(scope, now) <= most) continue;
      if (openAlarm(state, "spend", key) !== undefined) found.push(keep("spend", key));
      else if (!found.some((one) => isWithin(one.key, key))) found.push(toFinding(key, scope, most, now));
    }
  }
  return found;
}

const startOfDay = (now: number) => Math.floor(now / DAY_MS) * DAY_MS;

const spentOn = ({ spent }: Scope, now: number): number =>
  spent.find(([start]) => start === startOfDay(now))?.[1] ?? 0;

function limitOf(key: string, { spent }: Scope, limit: number | undefined, now: number): number | undefined {
  const known = spent.filter(([start]) => start < startOfDay(now)).map(([, price]) => price);
  const usual = known.length < FEWEST_DAYS ? undefined : Math.max(LEAST, TIMES * Math.max(...known));
  if (key !== "" || limit === undefined) return usual;
  return Math.min(usual ?? Number.POSITIVE_INFINITY, limit * 1e8);
}

function toFinding(key: string, scope: Scope, most: number, now: number): Finding {
  const spent = spentOn(scope, now);
  return {
    rule: "spend",
    key,
    severity: "warning",
    cause: "spending",
    since: now,
    figures: { spent: spent / 1e8, limit: most / 1e8 },
    summary: `${euros(spent)} were spent today on ${nameScope(key)}, more than ${euros(most)}: ${key === "" ? "the limit, or three times the dearest of the last 14 days" : "three times the dearest of the last 14 days"}.`,
    nextStep:
      "Look for the country and the users that the messages go to, and limit codes for each country and address.",
  };
}

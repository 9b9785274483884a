import { poissonTail } from "../poisson.ts";
import { explainFall } from "./cause.ts";
import { type Context, hasRelated, listScopes, openAlarm } from "./context.ts";
import { type Finding, type Kept, keep } from "./finding.ts";
import { createRun, isWithin, lastHour, levelOf } from "./scope.ts";
import { NEXT_STEPS, nameScope, percent, writeShare } from "./sentences.ts";
import { shareOfCountry } from "./share-of-country.ts";
import type { Scope } from "./state.ts";
import { judgedOf } from "./sums.ts";
import { usualFailures, usualVolume } from "./usual.ts";

/** Fewer say nothing, even where usually every message is converted. */
const FEWEST = 10;

/** Once in a million hours by chance. */
const BY_CHANCE = 1e-6;

/** Pumping converts nothing, so conversion falls far. */
const OF_BASELINE = 0.6;
const NEXT_TO_NOTHING = 0.1;

const AGAINST_SPREAD =
  "The numbers are spread over many countries: serve only those that you need (TWO_FACTOR_COUNTRIES), lower the limits of addresses and callers (TWO_FACTOR_LIMITS), and put a captcha before the form. The pause stops single countries only.";

/**
 * Finds floods of messages without a reply: more messages of the last hour were not converted than chance explains,
 * and conversion is under 0.6 of the usual. In a network, in a country, or by one API key: its channel as a whole, where
 * the numbers are spread over so many countries that none stands out.
 */
export function findPumping(context: Context): (Finding | Kept)[] {
  const { state, now } = context;
  const found: (Finding | Kept)[] = [];
  for (const level of ["network", "country", "channel"] as const) {
    for (const [key, scope] of listScopes(state).filter(([one]) => levelOf(one) === level)) {
      const failures = lastHour(scope, now)[2];
      if (failures < FEWEST / 2) continue;
      const threshold = thresholdOf(scope, now);
      if (openAlarm(state, "pumping", key) !== undefined) {
        if (failures >= threshold / 2) found.push(keep("pumping", key));
      } else if (failures >= threshold && isFresh(key, found, context) && isFlood(key, scope, context)) {
        found.push(toFinding(key, scope, threshold, context));
      }
    }
  }
  return found;
}

/** Bogus messages say nothing about the route. Without this, an alarm about a drop would follow that about pumping. In place. */
export function forgetBogus({ state }: Context): void {
  for (const [key, scope] of listScopes(state)) {
    if (scope.drop.level > 0 && hasRelated(state, ["pumping"], key)) scope.drop = createRun();
  }
}

function thresholdOf(scope: Scope, now: number): number {
  const { worst, mean } = usualFailures(scope, now);
  return Math.max(FEWEST, poissonTail(Math.max(0.75 * worst, 1.5 * mean), BY_CHANCE));
}

/** Neither this segment nor one above or below it has such an alarm, nor a fall by another cause that explains it. */
function isFresh(key: string, found: readonly (Finding | Kept)[], { state }: Context): boolean {
  return (
    !hasRelated(state, ["pumping", "drop"], key) &&
    !found.some((one) => isWithin(key, one.key) || isWithin(one.key, key))
  );
}

/**
 * A route that is down fails without more messages than usual, or its receipts say so. Where the usual volume is unknown, it
 * is a flood only if hardly anything was converted: a bad route still delivers something.
 */
function isFlood(key: string, scope: Scope, context: Context): boolean {
  const sums = lastHour(scope, context.now);
  const ofBaseline = sums[1] / (context.baselineOf(key).share * judgedOf(sums));
  if (ofBaseline >= OF_BASELINE) return false;
  const cause = explainFall(key, scope, sums, context);
  if (usualVolume(scope, context.now) !== undefined) return cause === "pumping";
  // A whole channel that converts nothing from its first day on has a page that does not work.
  if (levelOf(key) === "channel") return false;
  return cause !== "outage" && ofBaseline < NEXT_TO_NOTHING;
}

function toFinding(key: string, scope: Scope, threshold: number, context: Context): Finding {
  const { now, baselineOf } = context;
  const sums = lastHour(scope, now);
  const [, converted, notConverted] = sums;
  const of = judgedOf(sums);
  const baseline = baselineOf(key).share;
  return {
    rule: "pumping",
    key,
    severity: "critical",
    cause: "pumping",
    since: now,
    figures: {
      converted,
      of,
      ...shareOfCountry(key, context),
      notConverted,
      threshold,
      baseline: Math.round(baseline * 1e4) / 1e4,
    },
    summary: `Of ${nameScope(key)}, ${notConverted} messages of the last hour were not converted, and chance explains ${threshold - 1} at most. ${writeShare(converted, of)} were converted instead of ${percent(baseline)} %: this is pumping.`,
    nextStep: levelOf(key) === "channel" ? AGAINST_SPREAD : NEXT_STEPS.pumping,
  };
}

import type { Baseline } from "../answer.ts";
import { explainFall, type FallCause } from "./cause.ts";
import { type Context, hasRelated, listScopes, openAlarm } from "./context.ts";
import { FIRES_AT } from "./cusum.ts";
import { anticipate } from "./evidence.ts";
import { type Finding, type Kept, keep } from "./finding.ts";
import { isWithin, levelOf } from "./scope.ts";
import { EXPLANATIONS, NEXT_STEPS, nameScope, percent, writeShare } from "./sentences.ts";
import { shareOfCountry } from "./share-of-country.ts";
import type { Run, Scope } from "./state.ts";
import { judgedOf } from "./sums.ts";

/** Finds segments whose conversion has fallen. It names the narrowest one that explains the fall. */
export function findDrops(context: Context): (Finding | Kept)[] {
  const { state } = context;
  const scopes = listScopes(state);
  const kept = scopes.filter(
    ([key, scope]) =>
      openAlarm(state, "drop", key) !== undefined && anticipate(key, scope, "keep", context).level > 0,
  );
  const evidence = new Map(
    scopes.map(([key, scope]) => [key, anticipate(key, scope, "raise", context).level]),
  );
  const firing = scopes.filter(([key]) => (evidence.get(key) ?? 0) >= FIRES_AT);
  const found = new Map<string, Finding>();
  for (const level of ["network", "country", "channel"] as const) {
    for (const [key, scope] of firing.filter(([one]) => levelOf(one) === level)) {
      const isTold =
        hasRelated(state, ["drop", "pumping"], key) ||
        [...found.keys()].some((one) => isWithin(key, one) || isWithin(one, key));
      if (isTold || awaitsNarrower(key, evidence)) continue;
      const finding = widen(key, scope, context);
      found.set(finding.key, finding);
    }
  }
  return [...kept.map(([key, scope]) => explainAgain(key, scope, context)), ...found.values()];
}

/** A narrower segment is about to fire, and will explain the fall better. */
function awaitsNarrower(key: string, evidence: ReadonlyMap<string, number>): boolean {
  if ((evidence.get(key) ?? 0) >= 2 * FIRES_AT) return false;
  return [...evidence].some(([one, level]) => one !== key && isWithin(one, key) && level >= FIRES_AT / 2);
}

/** More messages, or late receipts, can show a cause that was not known at first. */
function explainAgain(key: string, scope: Scope, context: Context): Finding | Kept {
  const before = openAlarm(context.state, "drop", key)?.cause;
  const isVague = before === "unknown" || before === "false-receipts";
  if (!isVague || scope.drop.level < FIRES_AT) return keep("drop", key);
  const cause = explainFall(key, scope, scope.drop.sums, context);
  return cause === "pumping" || cause === "outage"
    ? toFinding(key, scope.drop, cause, context)
    : keep("drop", key);
}

/** Where conversion falls everywhere at once, one alarm tells of the whole channel. */
function widen(key: string, scope: Scope, context: Context): Finding {
  const run = anticipate(key, scope, "keep", context);
  const cause = explainFall(key, scope, run.sums, context);
  const channel = key.split("/").slice(0, 2).join("/");
  const whole = context.state.scopes[channel];
  const wide = cause === "own-page" && whole !== undefined && anticipate(channel, whole, "keep", context);
  return wide && wide.level > 0
    ? toFinding(channel, wide, cause, context)
    : toFinding(key, run, cause, context);
}

function toFinding(key: string, run: Run, cause: FallCause, context: Context): Finding {
  const [, converted, , , delivered] = run.sums;
  const of = judgedOf(run.sums);
  const baseline = context.baselineOf(key);
  return {
    rule: "drop",
    key,
    severity: "critical",
    cause,
    since: run.since,
    figures: {
      converted,
      of,
      ...shareOfCountry(key, context),
      baseline: Math.round(baseline.share * 1e4) / 1e4,
      receiptsDelivered: delivered,
    },
    summary: `Conversion of ${nameScope(key)} ${describeFall(writeShare(converted, of), baseline)}, ${EXPLANATIONS[cause]}.`,
    nextStep: NEXT_STEPS[cause],
  };
}

/** A segment without a history of its own has not fallen: it is lower than others. */
function describeFall(share: string, { share: usual, source }: Baseline): string {
  if (source === "own") return `fell to ${share} from ${percent(usual)} %`;
  return `is ${share}, where ${percent(usual)} % is usual for ${source === "parent" ? "its country" : "good routes"}`;
}

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
  const kept = scopes
    .filter(([key]) => openAlarm(state, "drop", key) !== undefined)
    .flatMap(([key, scope]) => reconsider(key, scope, context));
  const evidence = scopes.map(([key, scope]): Evidence => {
    const { level: amount } = anticipate(key, scope, context);
    return { key, scope, amount };
  });
  const found = new Map<string, Finding>();
  for (const level of ["network", "country", "channel"] as const) {
    for (const one of evidence.filter(({ key, amount }) => amount >= FIRES_AT && levelOf(key) === level)) {
      const { key, scope } = one;
      const isTold =
        hasRelated(state, ["drop", "pumping"], key) ||
        [...found.keys()].some((other) => isWithin(key, other) || isWithin(other, key));
      if (isTold || awaitsNarrower(one, evidence)) continue;
      const finding = widen(key, scope, context);
      found.set(finding.key, finding);
    }
  }
  return [...kept, ...found.values()];
}

interface Evidence {
  readonly key: string;
  readonly scope: Scope;
  readonly amount: number;
}

/** A narrower segment is about to fire, and will explain the fall better. */
function awaitsNarrower({ key, amount }: Evidence, all: readonly Evidence[]): boolean {
  if (amount >= 2 * FIRES_AT) return false;
  return all.some((one) => one.key !== key && isWithin(one.key, key) && one.amount >= FIRES_AT / 2);
}

/**
 * An open alarm ends with its evidence. More messages, or late receipts, can show a cause that was not known at first.
 */
function reconsider(key: string, scope: Scope, context: Context): (Finding | Kept)[] {
  const run = anticipate(key, scope, context);
  if (run.level <= 0) return [];
  const before = openAlarm(context.state, "drop", key)?.cause;
  const isVague = before === "unknown" || before === "false-receipts";
  const cause = isVague && run.level >= FIRES_AT ? explainFall(key, scope, run.sums, context) : before;
  return cause === "pumping" || cause === "outage"
    ? [toFinding(key, run, cause, context)]
    : [keep("drop", key)];
}

/** If conversion falls everywhere at once, one alarm covers the whole channel. */
function widen(key: string, scope: Scope, context: Context): Finding {
  const run = anticipate(key, scope, context);
  const cause = explainFall(key, scope, run.sums, context);
  const channel = key.split("/").slice(0, 2).join("/");
  const whole = context.state.scopes[channel];
  const wide = cause === "own-page" && whole !== undefined && anticipate(channel, whole, context);
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

import { type Context, hasRelated, listScopes, openAlarm } from "./context.ts";
import { FIRES_AT } from "./cusum.ts";
import { type Finding, type Kept, keep } from "./finding.ts";
import { levelOf } from "./scope.ts";
import { NEXT_STEPS, nameScope, percent, writeShare } from "./sentences.ts";
import type { Scope } from "./state.ts";
import { settledOf } from "./sums.ts";
import { usualReceipts } from "./usual.ts";

/** Finds networks and countries whose carriers deliver less, by their own word: an early sign, and an honest one. */
export function findChangedReceipts(context: Context): (Finding | Kept)[] {
  const { state } = context;
  const found: (Finding | Kept)[] = [];
  for (const level of ["network", "country"] as const) {
    for (const [key, scope] of listScopes(state).filter(([one]) => levelOf(one) === level)) {
      const { level: evidence } = scope.receipts;
      if (openAlarm(state, "receipts-changed", key) !== undefined) {
        if (evidence > 0 && !hasRelated(state, ["drop", "pumping"], key))
          found.push(keep("receipts-changed", key));
        continue;
      }
      const usual = evidence < FIRES_AT ? undefined : usualReceipts(scope, context.now);
      if (usual !== undefined && !isTold(key, found, state)) found.push(toFinding(key, scope, usual));
    }
  }
  return found;
}

/** A fall of conversion says the same, and more. */
const isTold = (key: string, found: readonly { readonly key: string }[], state: Context["state"]): boolean =>
  hasRelated(state, ["drop", "pumping", "receipts-changed"], key) ||
  found.some((one) => one.key.startsWith(`${key}/`));

function toFinding(key: string, scope: Scope, usual: number): Finding {
  const { sums, since } = scope.receipts;
  const [delivered, of] = [sums[4], settledOf(sums)];
  return {
    rule: "receipts-changed",
    key,
    severity: "warning",
    cause: "unknown",
    since,
    figures: { delivered, of, usual: Math.round(usual * 1e4) / 1e4 },
    summary: `Receipts of ${nameScope(key)} say delivered for ${writeShare(delivered, of)} instead of ${percent(usual)} %: the route is getting worse, or its receipts have stopped.`,
    nextStep: `Watch its conversion in the next hour. If it falls too: ${NEXT_STEPS.outage}`,
  };
}

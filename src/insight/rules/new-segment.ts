import { DAY_MS } from "../query.ts";
import { type Context, hasRelated, listScopes, openAlarm } from "./context.ts";
import { type Finding, type Kept, keep } from "./finding.ts";
import { levelOf } from "./scope.ts";
import { NEXT_STEPS, nameScope } from "./sentences.ts";
import { shareOfCountry } from "./share-of-country.ts";
import type { Scope } from "./state.ts";

/** So many messages tell if a new segment has real users. */
export const FRESH_MESSAGES = 10;

/** In its first week everything is new. */
const LEARNING_MS = 7 * DAY_MS;

/** Random countries must not fill the list. */
const MOST_OPEN = 20;

/** Tells of the first message to a country or network, and of new ones in which none of the first 10 was converted. */
export function findNewSegments(context: Context): (Finding | Kept)[] {
  const { state, now } = context;
  const found: (Finding | Kept)[] = [];
  for (const level of ["network", "country"] as const) {
    for (const [key, scope] of listScopes(state).filter(([one]) => levelOf(one) === level)) {
      const open = openAlarm(state, "new-segment", key);
      if (isBogus(scope, context)) {
        const isTold = open === undefined && hasRelated(state, ["pumping", "drop", "new-segment"], key);
        if (!isTold && now - scope.lastAt < DAY_MS) found.push(toPumping(key, context));
      } else if (open !== undefined) {
        if (open.cause === "new-traffic" && now - scope.firstAt < DAY_MS)
          found.push(keep("new-segment", key));
      } else if (isNew(scope, context) && found.length < MOST_OPEN && !isTold(key, found)) {
        found.push(toInformation(key, now));
      }
    }
  }
  return found;
}

/** Ten messages, no conversion. Where nothing was ever converted, the application reports no conversions. */
function isBogus({ fresh }: Scope, { state }: Context): boolean {
  if (fresh === undefined || fresh.settled < FRESH_MESSAGES) return false;
  return listScopes(state).some(([, { days }]) => days.some(([, converted]) => converted > 0));
}

const isNew = ({ firstAt }: Scope, { state, now }: Context): boolean =>
  firstAt === now && now - state.since >= LEARNING_MS;

const isTold = (key: string, found: readonly { readonly key: string }[]): boolean =>
  found.some((one) => one.key.startsWith(`${key}/`));

const toInformation = (key: string, now: number): Finding => ({
  rule: "new-segment",
  key,
  severity: "info",
  cause: "new-traffic",
  since: now,
  figures: {},
  summary: `The first message of ${nameScope(key)} was sent.`,
  nextStep: "Nothing, if you expect users there. Otherwise leave the country out of those that get codes.",
});

const toPumping = (key: string, context: Context): Finding => ({
  rule: "new-segment",
  key,
  severity: "critical",
  cause: "pumping",
  since: context.now,
  figures: { converted: 0, of: FRESH_MESSAGES, ...shareOfCountry(key, context) },
  summary: `None of the first ${FRESH_MESSAGES} messages of ${nameScope(key)} was converted. This is pumping, or the route does not work at all.`,
  nextStep: NEXT_STEPS.pumping,
});

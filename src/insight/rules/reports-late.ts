import { toShare } from "../share.ts";
import { type Context, openAlarm } from "./context.ts";
import { type Finding, type Kept, keep } from "./finding.ts";
import { lastHour } from "./scope.ts";
import { NEXT_STEPS, writeShare } from "./sentences.ts";

/** The ledger's reports that Vonage has not confirmed. */
export interface Health {
  readonly waiting: number;
  /** Since when the oldest waits, in epoch milliseconds. */
  readonly oldestWaiting: number | null;
  readonly dead: number;
}

const WINDOW_MS = 15 * 60_000;
const HOUR_MS = 3_600_000;
const IN_TIME = 0.95;

/** Finds reports that come too late for Adaptive Routing, which looks at the last 15 minutes, or not at all. */
export function findLateReports(health: Health | undefined, { state, now }: Context): (Finding | Kept)[] {
  const [, , , , , , recorded, early] = lastHour(state.scopes[""], now);
  const inTime = toShare(early, recorded);
  const { waiting = 0, oldestWaiting = null } = health ?? {};
  const isStuck = waiting > 0 && oldestWaiting !== null && oldestWaiting < now - WINDOW_MS;
  const isDying = state.dead > 0 && now - state.deadAt < HOUR_MS;
  const isLate = inTime.share !== null && inTime.share < IN_TIME;
  if (!isLate && !isStuck && !isDying) return [];
  if (openAlarm(state, "reports-late", "") !== undefined) return [keep("reports-late", "")];
  const parts = [
    ...(isLate ? [`${writeShare(inTime.count, inTime.of)} reached Vonage within 15 minutes`] : []),
    ...(isStuck ? [`${waiting} are waiting, the oldest for more than 15 minutes`] : []),
    ...(isDying ? [`${state.dead} were given up`] : []),
  ];
  return [
    {
      rule: "reports-late",
      key: "",
      severity: "warning",
      cause: "slow-reporting",
      since: now,
      figures: { inTime: inTime.count, of: inTime.of, waiting, dead: state.dead },
      summary: `Reports are late: ${parts.join("; ")}. Adaptive Routing looks at the last 15 minutes only.`,
      nextStep: NEXT_STEPS["slow-reporting"],
    },
  ];
}

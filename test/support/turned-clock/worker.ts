// The Worker as it is deployed, with a clock that tests turn.

import worker, * as deployed from "../../../adapters/cloudflare/index.ts";
import { followClock, turnable } from "./follow.ts";

export const Ledger = followClock(deployed.Ledger, "LEDGER");
export const Challenges = followClock(deployed.Challenges, "CHALLENGES");
export const Insight = followClock(deployed.Insight, "INSIGHT");
export const SendLimits = followClock(deployed.SendLimits, "SEND_LIMITS");
export const { Conversions, TwoFactor } = deployed;

export default turnable(worker);

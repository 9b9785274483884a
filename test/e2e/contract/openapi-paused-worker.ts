// The Worker whose Insight pauses calls to Great Britain. No message passes as a sample.

import worker, * as deployed from "../../../adapters/cloudflare/index.ts";
import { followClock, turnable } from "../../support/turned-clock/follow.ts";

Math.random = () => 0.5;

export const Ledger = followClock(deployed.Ledger, "LEDGER");
export const Challenges = followClock(deployed.Challenges, "CHALLENGES");
export const SendLimits = followClock(deployed.SendLimits, "SEND_LIMITS");

export class Insight extends deployed.Insight {
  override async pauses() {
    const segment = { traffic: "2fa", channel: "voice", country: "GB" } as const;
    const now = Date.now();
    return { "2fa/voice/GB": { segment, from: now, until: now + 7_200_000 } };
  }
}

export default turnable(worker);

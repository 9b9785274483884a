// The Worker whose limits fail from the second message to each number on. Its ledger and challenges work.

import worker, * as deployed from "../../../adapters/cloudflare/index.ts";
import { followClock, turnable } from "../../support/turned-clock/follow.ts";

export const Ledger = followClock(deployed.Ledger, "LEDGER");
export const Challenges = followClock(deployed.Challenges, "CHALLENGES");
export const Insight = followClock(deployed.Insight, "INSIGHT");

export class SendLimits extends deployed.SendLimits {
  readonly #numbers = new Set<string>();

  override async take(sending: Parameters<deployed.SendLimits["take"]>[0]) {
    if (this.#numbers.has(sending.number)) throw new Error("cannot write");
    this.#numbers.add(sending.number);
    return super.take(sending);
  }

  override async counts(): Promise<never> {
    throw new Error("cannot read");
  }

  override async erase(): Promise<never> {
    throw new Error("cannot write");
  }

  override async listSetAside(): Promise<never> {
    throw new Error("cannot read");
  }
}

export default turnable(worker);

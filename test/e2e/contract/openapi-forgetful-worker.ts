// The Worker whose challenges fail at every call. Its ledger and limits work.

import { DurableObject } from "cloudflare:workers";
import worker, { Insight, Ledger, SendLimits } from "../../../adapters/cloudflare/index.ts";

export class Challenges extends DurableObject {
  // Without these methods it would look like an object of an earlier version, which is tolerated.
  async listSetAside(): Promise<never> {
    throw new Error("cannot read");
  }

  async countSetAside(): Promise<never> {
    throw new Error("cannot read");
  }
}
export { Insight, Ledger, SendLimits };

export default worker;

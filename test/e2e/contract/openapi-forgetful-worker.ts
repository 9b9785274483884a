// The Worker whose challenges can do nothing; ledger and limits are well.

import { DurableObject } from "cloudflare:workers";
import worker, { Insight, Ledger, SendLimits } from "../../../adapters/cloudflare/index.ts";

export class Challenges extends DurableObject {
  // Without these it would be of an earlier version, which is done without.
  async listSetAside(): Promise<never> {
    throw new Error("cannot read");
  }

  async countSetAside(): Promise<never> {
    throw new Error("cannot read");
  }
}
export { Insight, Ledger, SendLimits };

export default worker;

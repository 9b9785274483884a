// Our Worker's duties by hand, with the least ledger: a report that Vonage confirms is stored, and nothing more. No
// duplicate is noticed, nothing is retried and nothing is counted.

import { DurableObject } from "cloudflare:workers";
import type { ShardContext } from "../../../adapters/cloudflare/index.ts";
import { type ByHandEnv, type ByHandReport, createByHand, sendByHand } from "./by-hand.ts";
import { createLeastObject, type StoreOutcome } from "./least-object.ts";

interface LedgerEnv extends ByHandEnv {
  readonly LEDGER: {
    idFromName(name: string): unknown;
    get(id: unknown): { report(report: ByHandReport): Promise<number> };
  };
}

export class Ledger extends DurableObject {
  readonly #store: StoreOutcome;
  readonly #env: ByHandEnv;

  constructor(context: ShardContext, env: ByHandEnv) {
    super(context, env);
    this.#store = createLeastObject(context.storage, "together");
    this.#env = env;
  }

  report(report: ByHandReport): Promise<number> {
    return this.#store(report.messageId, () => sendByHand(report, this.#env));
  }
}

export default createByHand<LedgerEnv>((report, env) =>
  env.LEDGER.get(env.LEDGER.idFromName("shard-0")).report(report),
);

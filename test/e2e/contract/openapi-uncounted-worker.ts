// The Worker whose limits fail from the second message to each number on; ledger and challenges are well.

import worker, { Challenges, SendLimits as Counted, Ledger } from "../../../adapters/cloudflare/index.ts";

export class SendLimits extends Counted {
  readonly #numbers = new Set<string>();

  override async take(sending: Parameters<Counted["take"]>[0]) {
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
export { Challenges, Ledger };

export default worker;

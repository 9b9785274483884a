// A new Worker before objects of 0.1.0: their methods with the arguments that 0.1.0 had, and no others. What a method
// does is today's, since 0.1.0 itself cannot be built from here; the surface is copied from its rpc.ts.

import { DurableObject } from "cloudflare:workers";
import worker, {
  Insight,
  Challenges as NewChallenges,
  Ledger as NewLedger,
  SendLimits as NewSendLimits,
} from "../../../adapters/cloudflare/index.ts";

type Method = (...given: unknown[]) => unknown;
type Class = new (context: never, env: never) => object;

/** @param surface How many arguments each method of 0.1.0 took. */
function olderThan(New: Class, surface: Readonly<Record<string, number>>) {
  class Older extends DurableObject {
    readonly inner: Record<string, Method>;

    constructor(context: unknown, env: unknown) {
      super(context, env);
      this.inner = new New(context as never, env as never) as Record<string, Method>;
    }
  }
  for (const [name, count] of Object.entries({ ...surface, alarm: 0 })) {
    Object.defineProperty(Older.prototype, name, {
      value(this: Older, ...given: unknown[]) {
        return this.inner[name]?.(...given.slice(0, count));
      },
    });
  }
  return Older;
}

export const Ledger = olderThan(NewLedger as Class, {
  report: 1,
  track: 1,
  retry: 1,
  has: 1,
  list: 3,
  listSetAside: 2,
  stats: 0,
  nudge: 1,
});
export const Challenges = olderThan(NewChallenges as Class, {
  nudge: 0,
  begin: 1,
  end: 3,
  check: 2,
  resend: 3,
  cancel: 1,
  look: 1,
  receipt: 2,
  reply: 3,
});
export const SendLimits = olderThan(NewSendLimits as Class, { take: 1, count: 1, counts: 0 });

/** 0.1.0 and 0.2.0 have no such object: it is always as new as the Worker. */
export { Insight };

export default worker;

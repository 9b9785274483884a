// Removes everything that the workflow's objects hold of a number.

import { parsePhoneNumber } from "../../../src/two-factor/numbers/phone-number.ts";
import { listSpellings } from "../../../src/two-factor/numbers/spellings.ts";
import type { Erase } from "../../http/ports/erase.ts";
import { inGroups } from "../in-groups.ts";
import type { ShardNamespace } from "../ledger/settings.ts";
import { callObject } from "../objects.ts";
import type { ChallengesRpc, SendLimitsRpc } from "./rpc.ts";

/**
 * @param shards How many shards of challenges there are; then how many there were before. All are asked, also those
 * that the number never belonged to.
 */
export function createErase(
  challenges: ShardNamespace,
  limits: ShardNamespace,
  shards: readonly number[],
): Erase {
  return async (digits) => {
    const erased = { challenges: 0, answers: 0, counters: 0, unreadable: 0 };
    for (const number of listStoredSpellings(digits)) {
      // Asked twice it removes nothing more. An object of 0.1.0 cannot do it, which must not look like success.
      const ofShards = await inGroups(0, Math.max(...shards), (index) => {
        const id = challenges.idFromName(`challenges-${index}`);
        return callObject(() => (challenges.get(id as never) as ChallengesRpc).erase(number), {
          object: "challenges",
        });
      });
      const id = limits.idFromName("limits");
      const ofLimits = await callObject(() => (limits.get(id as never) as SendLimitsRpc).erase(number), {
        object: "limits",
      });
      erased.counters += ofLimits.counters;
      erased.unreadable += ofLimits.unreadable;
      for (const one of ofShards) {
        erased.challenges += one.challenges;
        erased.answers += one.answers;
        erased.unreadable += one.unreadable;
      }
    }
    return erased;
  };
}

/** Every spelling that a number may be stored under, and the given one: its country's plan may have changed since. */
function listStoredSpellings(digits: string): ReadonlySet<string> {
  const { number = digits } = parsePhoneNumber(digits);
  return new Set([...listSpellings(number), digits]);
}

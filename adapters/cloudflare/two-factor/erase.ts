// Removes everything that the workflow's objects store about a number.

import { parsePhoneNumber } from "../../../src/two-factor/numbers/phone-number.ts";
import { listSpellings } from "../../../src/two-factor/numbers/spellings.ts";
import type { Erase } from "../../http/ports/erase.ts";
import { inGroups } from "../in-groups.ts";
import type { ShardNamespace } from "../ledger/settings.ts";
import { callObject } from "../objects.ts";
import { openChallenges, openLimits } from "./open-objects.ts";

/** @param shards The number of shards now, then earlier numbers. Every shard is asked. */
export function createErase(
  challenges: ShardNamespace,
  limits: ShardNamespace,
  shards: readonly number[],
): Erase {
  return async (digits) => {
    const erased = { challenges: 0, answers: 0, counters: 0, unreadable: 0 };
    for (const number of listStoredSpellings(digits)) {
      // A repeated call removes nothing more. An object of 0.1.0 cannot erase, and that must not look like success.
      const ofShards = await inGroups(0, Math.max(...shards), (index) =>
        callObject(() => openChallenges(challenges, index).erase(number), { object: "challenges" }),
      );
      const ofLimits = await callObject(() => openLimits(limits).erase(number), { object: "limits" });
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

/** Every spelling that a number may be stored under. The given one is included: the numbering plan may have changed. */
function listStoredSpellings(digits: string): ReadonlySet<string> {
  const { number = digits } = parsePhoneNumber(digits);
  return new Set([...listSpellings(number), digits]);
}

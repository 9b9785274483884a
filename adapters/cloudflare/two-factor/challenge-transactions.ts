// Every change of a challenge is one transaction: the row, the outbox messages that follow from it, and the alarm are
// stored together. After the commit the outbox is sent, and those who wait for the challenge see the change.

import type { Challenge } from "../../../src/two-factor/challenge/challenge.ts";
import { stepChallenge } from "../../../src/two-factor/challenge/machine.ts";
import { withOutboxFacts } from "../../../src/two-factor/challenge/outbox-facts.ts";
import { rebaseChallenge } from "../../../src/two-factor/challenge/rebase-challenge.ts";
import { settleAt } from "../../../src/two-factor/challenge/sending.ts";
import type { ChallengeEvent, ChallengeStep } from "../../../src/two-factor/challenge/step.ts";
import { givesWayTo, hasGoneOut } from "../../../src/two-factor/challenge/supersede.ts";
import { countUnsent } from "../insight/counting/count-unsent.ts";
import { type AlarmClock, toMinute } from "../storage/alarm-clock.ts";
import type { ChallengePlatform, ChallengeShardRules } from "./challenge-platform.ts";
import type { Outbox } from "./outbox.ts";

export type ChallengeTransactions = ReturnType<typeof createChallengeTransactions>;

/** Delay before unconfirmed outbox messages are sent again: longer than the ledger takes for a report. */
export const LOOK_AFTER_MS = 10_000;

/** @param onChanged Called after the commit, once for each challenge that changed. */
export function createChallengeTransactions(
  { store, transact, waitUntil, now, counting }: ChallengePlatform,
  rules: ChallengeShardRules,
  { outbox, clock }: { readonly outbox: Outbox; readonly clock: AlarmClock },
  onChanged: (id: string) => void,
) {
  /** Challenges changed by the current transaction. */
  let changed = new Set<string>();

  return {
    commit,
    apply,
    write,

    /** Applies an event in a transaction of its own. */
    commitEvent: (id: string, event: ChallengeEvent) => commit(() => apply(id, event)),
  };

  /** Runs a transaction, then sends the outbox messages that it stored. */
  function commit<T>(work: () => T): T {
    outbox.open();
    changed = new Set();
    try {
      const result = transact(() => {
        const done = work();
        counting?.write();
        return done;
      });
      clock.arm(counting?.dueAt());
      waitUntil(outbox.flush());
      for (const id of changed) onChanged(id);
      return result;
    } catch (error) {
      counting?.undo();
      clock.takenBack(now() + LOOK_AFTER_MS);
      throw error;
    }
  }

  /** Applies an event. Call it within a transaction. `undefined`: there is no such challenge. */
  function apply(id: string, event: ChallengeEvent): ChallengeStep | undefined {
    const stored = store.read(id, now());
    if (stored === undefined) return undefined;
    const result = stepChallenge(rebaseChallenge(stored, now()), event, now(), rules);
    const { challenge, outboxMessages } = result;
    if (challenge !== stored) changed.add(id);
    if (challenge === undefined) store.remove(id);
    else if (challenge !== stored) write(challenge);
    if (challenge !== undefined && hasGoneOut(stored, challenge)) supersedeEarlier(challenge);
    counting?.add(countUnsent(stored, challenge, event));
    for (const outboxMessage of outboxMessages) {
      const hasFacts = counting !== undefined && challenge !== undefined;
      outbox.post(hasFacts ? withOutboxFacts(outboxMessage, challenge, event) : outboxMessage);
      clock.arm(now() + LOOK_AFTER_MS);
    }
    return result;
  }

  function supersedeEarlier(challenge: Challenge): void {
    if (!challenge.supersedes) return;
    for (const older of store.ofNumber(challenge.to, now())) {
      if (givesWayTo(older, challenge)) apply(older.id, { type: "supersede" });
    }
  }

  /** Stores a challenge. Call it within a transaction. */
  function write(challenge: Challenge): void {
    const [settling, forgetAt] = [settleAt(challenge), challenge.expiresAt + rules.keep];
    store.write(challenge, settling, forgetAt);
    clock.arm(toMinute(settling ?? forgetAt));
  }
}

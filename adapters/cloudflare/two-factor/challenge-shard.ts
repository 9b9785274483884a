// One shard of the challenges: stores the decisions of src/two-factor. The platform is injected.

import { type ChallengeDetails, toDetails, toStatus } from "../../../src/two-factor/challenge/challenge.ts";
import type { Channel } from "../../../src/wire/report.ts";
import type {
  Begun,
  Claimed,
  Earlier,
  Keep,
  Keyed,
  NewChallenge,
  SendingEnded,
} from "../../http/two-factor/challenges.ts";
import { createAlarmClock, toMinute } from "../storage/alarm-clock.ts";
import { beginChallenge, toBegun } from "./begin-challenge.ts";
import { createChallengeAlarm } from "./challenge-alarm.ts";
import type { ChallengePlatform, ChallengeShardRules } from "./challenge-platform.ts";
import { createChallengeTransactions } from "./challenge-transactions.ts";
import { createChallengeWebhooks } from "./challenge-webhooks.ts";
import { createCodeHasher } from "./code-hasher.ts";
import { KEEP_KEYS_MS } from "./key-store.ts";
import { createKnownKeys } from "./known-keys.ts";
import { createOutbox } from "./outbox.ts";
import { type StoredCheck, type StoredRefusal, toStoredRefusal } from "./stored-refusal.ts";
import { createWaiters } from "./waiters.ts";

export type ChallengeShard = ReturnType<typeof createChallengeShard>;

export function createChallengeShard(platform: ChallengePlatform, rules: ChallengeShardRules) {
  const { store, now } = platform;
  const outbox = createOutbox(store, platform.ledger, now, platform.logFailure);
  const clock = createAlarmClock(platform);
  const waiters = createWaiters(look, now, platform.startTimer);
  const known = createKnownKeys(store.keys, (id) => store.read(id, now()), now);
  const hasher = createCodeHasher(rules.codeSecrets);
  const onChanged = (id: string) => waiters.changed(id);
  const transactions = createChallengeTransactions(platform, rules, { outbox, clock }, onChanged);
  const { commit, apply, write } = transactions;

  return {
    ...createChallengeAlarm(platform, transactions, { outbox, clock }),
    ...createChallengeWebhooks(platform, rules, transactions, hasher, clock),

    /** Removes a number's challenges, kept answers, and quarantined rows that mention it. */
    erase: (number: string) => commit(() => store.erase(number)),

    listQuarantined: store.quarantine.listMasked,

    countQuarantined: store.quarantine.count,

    /** Binds an idempotency key to a challenge; without `id` it only looks for one. `full`: no space left. */
    claim(keyed: Keyed, id: string | undefined): Claimed | Earlier<never> | "full" | undefined {
      if (id !== undefined && store.size() > rules.maxBytes) return "full";
      return commit(() => {
        const claimed = known.claim(keyed, id);
        clock.arm(toMinute(now() + KEEP_KEYS_MS));
        return claimed;
      });
    },

    recall: (keyed: Keyed): Earlier | undefined => commit(() => known.find(keyed)),

    /** Stores a challenge before its first message is sent. `full`: no space left. */
    async begin(challenge: NewChallenge, keyed?: Keyed): Promise<Begun | Earlier | "full"> {
      if (store.size() > rules.maxBytes) return "full";
      const hashed = await hasher.hashNew(challenge.id, challenge.code);
      const begun = beginChallenge(challenge, hashed, rules, now());
      return commit(() => {
        const earlier = known.find(keyed, hashed);
        if (earlier !== undefined) return earlier;
        write(begun);
        known.begin(keyed, begun.id, 1);
        return toBegun(begun);
      });
    },

    async end(id: string, number: number, ended: SendingEnded, keep?: Keep) {
      return commit(() => {
        const after = apply(id, { ...ended, number });
        const status = after?.challenge && toStatus(after.challenge);
        const { keyed, released, ...answer } = keep ?? {};
        if (keyed !== undefined && released) known.release(keyed);
        else known.end(keyed, id, { ...answer, status });
        return status;
      });
    },

    /** Compares and counts in one transaction: concurrent guesses cannot exceed the limit. */
    async check(
      id: string,
      code: string,
      keyed?: Keyed,
    ): Promise<StoredCheck | Earlier<StoredCheck> | undefined> {
      const hashes = await hasher.hashWithAll(id, code);
      return commit(() => {
        const earlier = known.find<StoredCheck>(keyed);
        if (earlier !== undefined) return earlier;
        const after = apply(id, { type: "check", hashes, reply: false });
        if (after?.challenge === undefined) return undefined;
        const { answer, challenge } = after;
        const checked: StoredCheck = answer.done
          ? { verified: true }
          : { verified: false, ...toStoredRefusal(answer, challenge) };
        known.end(keyed, id, checked);
        return checked;
      });
    },

    async resend(
      id: string,
      channel: Channel | undefined,
      code: string,
      keyed?: Keyed,
    ): Promise<Begun | StoredRefusal | Earlier | undefined> {
      const hashed = await hasher.hashNew(id, code);
      return commit(() => {
        const earlier = known.find(keyed, hashed);
        if (earlier !== undefined) return earlier;
        const before = store.read(id, now());
        const last = before?.messages.at(-1);
        // The same call again, after its first answer was lost.
        if (before && last?.hash === hashed.hash && last.state === "sending") return toBegun(before);
        const after = apply(id, { type: "resend", channel: channel ?? last?.channel ?? "sms", code: hashed });
        if (after?.challenge === undefined) return undefined;
        const { answer, challenge } = after;
        if (!answer.done) return toStoredRefusal(answer, challenge);
        known.begin(keyed, id, challenge.begun);
        return toBegun(challenge);
      });
    },

    async cancel(id: string): Promise<true | undefined> {
      return transactions.commitEvent(id, { type: "cancel" }) && true;
    },

    look,

    /** Waits until the challenge is no longer pending, at most this many milliseconds. */
    wait: waiters.wait,

    /** The caller with this ticket has gone. */
    leave: waiters.leave,
  };

  function look(id: string): ChallengeDetails | undefined {
    const challenge = store.read(id, now());
    return challenge && toDetails(challenge, now());
  }
}

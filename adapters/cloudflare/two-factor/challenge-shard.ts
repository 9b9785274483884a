// One shard of the challenges: stores what src/two-factor decides, and tells the ledger. What it needs of the
// platform is handed in.

import {
  attemptsLeft,
  type Challenge,
  type ChallengeDetails,
  toDetails,
  toStatus,
} from "../../../src/two-factor/challenge/challenge.ts";
import { type CodeSecret, type HashedCode, hashCode } from "../../../src/two-factor/challenge/code.ts";
import { findCode } from "../../../src/two-factor/challenge/find-code.ts";
import { findMatch, stepChallenge } from "../../../src/two-factor/challenge/machine.ts";
import { rebaseChallenge } from "../../../src/two-factor/challenge/rebase-challenge.ts";
import { createMessage, settleAt } from "../../../src/two-factor/challenge/sending.ts";
import type {
  ChallengeEvent,
  ChallengeRules,
  ChallengeStep,
} from "../../../src/two-factor/challenge/step.ts";
import { givesWayTo, hasGoneOut } from "../../../src/two-factor/challenge/supersede.ts";
import type { DeliveryReceipt } from "../../../src/webhooks/delivery-receipt.ts";
import type { Channel } from "../../../src/wire/report.ts";
import type {
  Begun,
  Claimed,
  Earlier,
  Keep,
  Keyed,
  NewChallenge,
  Once,
  Received,
  SendingEnded,
} from "../../http/two-factor/challenges.ts";
import { createAlarmClock } from "../storage/alarm-clock.ts";
import { runParts } from "../storage/parts.ts";
import { maskRaw, type Quarantined, type QuarantinePosition } from "../storage/quarantine.ts";
import type { ChallengeStore } from "./challenge-store.ts";
import { KEEP_KEYS_MS } from "./key-store.ts";
import { createKnownKeys } from "./known-keys.ts";
import { createOutbox, type Listener } from "./outbox.ts";
import { type StoredCheck, type StoredRefusal, toStoredReason } from "./stored-refusal.ts";
import { createWaiters } from "./waiters.ts";

export interface ChallengePlatform {
  readonly store: ChallengeStore;
  /** Runs a function within a transaction, and rolls back when it throws. */
  readonly transact: <T>(work: () => T) => T;
  readonly ledger: Listener;
  /** Wakes the shard at an instant, in place of the one set before. */
  readonly setAlarm: (at: number) => void;
  /** Keeps work going after the answer. */
  readonly waitUntil: (work: Promise<unknown>) => void;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Told of what failed, by its kind alone. */
  readonly logFailure: (what: string, error: unknown) => void;
}

/** Durations in milliseconds. */
export interface ChallengeShardRules extends ChallengeRules {
  readonly codeSecrets: readonly CodeSecret[];
  readonly codeLength: number;
  readonly maxAttempts: number;
  /** How long a challenge is kept after its end, for late codes and receipts. */
  readonly keep: number;
  /** Bytes on disk from which on no further challenge is taken. */
  readonly maxBytes: number;
}

export type ChallengeShard = ReturnType<typeof createChallengeShard>;

/** When to look after outboxMessages that the ledger has not confirmed: longer than a report of its may take. */
const LOOK_AFTER_MS = 10_000;
const WAKE_EVERY_MS = 60_000;
/** Challenges settled by one alarm; more are left to the next. */
const BATCH = 100;

export function createChallengeShard(platform: ChallengePlatform, rules: ChallengeShardRules) {
  const { store, transact, now, logFailure } = platform;
  const outbox = createOutbox(store, platform.ledger, now, logFailure);
  const clock = createAlarmClock(platform);
  const waiters = createWaiters((id) => lookAt(id), now);
  /** Challenges that the transaction under way changes. */
  let changed = new Set<string>();
  const known = createKnownKeys(store.keys, (id) => store.read(id, now()), now);

  return {
    /** To be called once, before anything else. A disk that cannot write must not keep it from what it can do. */
    wake(alarm: number | undefined): void {
      clock.found(alarm);
      try {
        if (!outbox.isEmpty()) clock.arm(now());
        armNext();
      } catch (error) {
        logFailure("the challenges could not be put in order", error);
      }
    },

    /** Sets the alarm where something is due, should it have been lost, or set by a clock that was ahead. */
    nudge(): void {
      commit(() => store.purge(now()));
      if (!outbox.isEmpty()) clock.arm(now());
      armNext();
    },

    /** Removes a number's challenges, answers kept for idempotency keys, and unreadable rows that mention it. */
    erase: (number: string) => commit(() => store.erase(number)),

    listSetAside: (limit: number, after: QuarantinePosition | undefined): Quarantined[] =>
      store.quarantine.list(limit, after).map((one) => ({ ...one, raw: maskRaw(one.raw) })),

    countSetAside: (): number => store.quarantine.count(),

    /** Binds an idempotency key to a challenge; without `id` it is only looked for. `full`: there is no room. */
    claim(keyed: Keyed, id: string | undefined): Claimed | Earlier<never> | "full" | undefined {
      if (id !== undefined && store.size() > rules.maxBytes) return "full";
      return commit(() => {
        const claimed = known.claim(keyed, id);
        armForKeys();
        return claimed;
      });
    },

    recall: (keyed: Keyed): Earlier | undefined => commit(() => known.find(keyed)),

    /** Stores a challenge whose first message is about to be sent; `full`: there is no room. */
    async begin(
      { channel, code, ...challenge }: NewChallenge,
      keyed?: Keyed,
    ): Promise<Begun | Earlier | "full"> {
      if (store.size() > rules.maxBytes) return "full";
      const hashed = await hashFirst(challenge.id, code);
      const at = now();
      const begun: Challenge = {
        ...challenge,
        state: "pending",
        byReply: false,
        createdAt: at,
        expiresAt: at + rules.lifetime,
        codeLength: rules.codeLength,
        attempts: 0,
        maxAttempts: rules.maxAttempts,
        messages: [createMessage(1, channel, hashed, at)],
        begun: 1,
      };
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
        const after = applyNow(id, { ...ended, number });
        const status = after?.challenge && toStatus(after.challenge);
        const { keyed, released, ...answer } = keep ?? {};
        if (keyed !== undefined && released) known.release(keyed);
        else known.end(keyed, id, { ...answer, status });
        return status;
      });
    },

    /** Counts the attempt in the same transaction that looks at it, so that no two can have the last one. */
    async check(
      id: string,
      code: string,
      keyed?: Keyed,
    ): Promise<StoredCheck | Earlier<StoredCheck> | undefined> {
      const hashes = await hashAll(id, code);
      return commit(() => {
        const earlier = known.find<StoredCheck>(keyed);
        if (earlier !== undefined) return earlier;
        const after = applyNow(id, { type: "check", hashes, reply: false });
        if (after?.challenge === undefined) return undefined;
        const { answer, challenge } = after;
        const checked: StoredCheck = answer.done
          ? { verified: true }
          : { verified: false, ...toRefusal(answer, challenge) };
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
      const hashed = await hashFirst(id, code);
      return commit(() => {
        const earlier = known.find(keyed, hashed);
        if (earlier !== undefined) return earlier;
        const before = store.read(id, now());
        const last = before?.messages.at(-1);
        // Asked twice by one call, of which the first answer was lost.
        if (before && last?.hash === hashed.hash && last.state === "sending") return toBegun(before);
        const event = { type: "resend", channel: channel ?? last?.channel ?? "sms", code: hashed } as const;
        const after = applyNow(id, event);
        if (after?.challenge === undefined) return undefined;
        const { answer, challenge } = after;
        if (!answer.done) return toRefusal(answer, challenge);
        known.begin(keyed, id, challenge.begun);
        return toBegun(challenge);
      });
    },

    async cancel(id: string): Promise<true | undefined> {
      return apply(id, { type: "cancel" }) && true;
    },

    look: (id: string) => lookAt(id),

    /** Looks once it is not pending any longer, after so many milliseconds at the latest. */
    wait: (id: string, milliseconds: number, ticket: string) => waiters.wait(id, milliseconds, ticket),

    /** Whoever waited by this ticket has gone. */
    leave: (ticket: string): void => waiters.leave(ticket),

    receipt(receipt: DeliveryReceipt, once: Once | undefined): Received {
      return onlyOnce(once, () => {
        const challenges = store.ofNumber(receipt.number, now());
        const event = { type: "receipt", receipt } as const;
        const known = challenges.filter(({ messages }) =>
          messages.some(({ messageIds }) => messageIds.includes(receipt.messageId)),
        );
        // References are the callers' own, and several challenges may share one.
        const takers =
          known.length > 0
            ? known
            : challenges.filter((one) => stepChallenge(one, event, now(), rules).answer.done);
        const [taker] = takers;
        if (taker === undefined || takers.length > 1) return "unknown";
        applyNow(taker.id, event);
        return "taken";
      });
    },

    /** A reply is tried on everything that is pending for its number: it names no challenge. */
    async reply(number: string, text: string, once: Once | undefined): Promise<Received> {
      const challenges = store.ofNumber(number, now());
      const guesses = await Promise.all(
        challenges.map(async ({ id, codeLength }) => {
          const code = findCode(text, codeLength);
          return { id, hashes: code === undefined ? [] : await hashAll(id, code) };
        }),
      );
      return onlyOnce(once, () => {
        const events = guesses
          .filter(({ hashes }) => hashes.length > 0)
          .map(({ id, hashes }) => ({ id, event: { type: "check", hashes, reply: true } as const }));
        // Where it is right for one of them it was no guess at the others.
        const right = events.filter(({ id, event }) => {
          const challenge = store.read(id, now());
          return challenge && attemptsLeft(challenge) > 0 && findMatch(challenge, event.hashes);
        });
        for (const { id, event } of right.length > 0 ? right : events) applyNow(id, event);
        return guesses.length > 0 ? "taken" : "unknown";
      });
    },

    /**
     * The alarm: looks after what was cut off, tells the ledger what it has not confirmed, and forgets, each on its
     * own. Never rejects: the platform would give up.
     */
    async alarm(): Promise<void> {
      clock.rang();
      let failed = false;
      await runParts(
        {
          "the challenges could not forget": () => commit(() => store.purge(now())),
          "what was cut off could not be looked after": () => {
            if (settleAll()) failed = true;
          },
          "the outbox could not be worked off": async () => {
            if (await outbox.tellAll()) failed = true;
          },
          "the next alarm of the challenges could not be set": () => {
            // What failed is due still, and must not be tried without a pause.
            if (!failed) armNext();
          },
        },
        (what, error) => {
          failed = true;
          logFailure(what, error);
        },
      );
      if (failed) clock.takenBack(now() + LOOK_AFTER_MS);
    },
  };

  /** Each on its own: one that cannot be settled must not keep the others. Gives whether any could not. */
  function settleAll(): boolean {
    let failed = false;
    for (const id of store.unsettled(now(), BATCH)) {
      try {
        apply(id, { type: "settle" });
      } catch (error) {
        failed = true;
        logFailure("a challenge could not be settled", error);
      }
    }
    return failed;
  }

  /** Lets something happen to a challenge, durably, and has the ledger told. `undefined`: there is none. */
  function apply(id: string, event: ChallengeEvent): ChallengeStep | undefined {
    return commit(() => applyNow(id, event));
  }

  function lookAt(id: string): ChallengeDetails | undefined {
    const challenge = store.read(id, now());
    return challenge && toDetails(challenge, now());
  }

  /** One transaction; the ledger is told after it, of what is stored by then. */
  function commit<T>(work: () => T): T {
    outbox.open();
    changed = new Set();
    try {
      const result = transact(work);
      platform.waitUntil(outbox.flush());
      for (const id of changed) waiters.changed(id);
      return result;
    } catch (error) {
      clock.takenBack(now() + LOOK_AFTER_MS);
      throw error;
    }
  }

  /** Within a transaction. */
  function applyNow(id: string, event: ChallengeEvent): ChallengeStep | undefined {
    const stored = store.read(id, now());
    if (stored === undefined) return undefined;
    const result = stepChallenge(rebaseChallenge(stored, now()), event, now(), rules);
    const { challenge, outboxMessages } = result;
    if (challenge !== stored) changed.add(id);
    if (challenge === undefined) store.remove(id);
    else if (challenge !== stored) write(challenge);
    if (challenge !== undefined && hasGoneOut(stored, challenge)) supersedeEarlier(challenge);
    for (const outboxMessage of outboxMessages) {
      outbox.post(outboxMessage);
      clock.arm(now() + LOOK_AFTER_MS);
    }
    return result;
  }

  function supersedeEarlier(challenge: Challenge): void {
    if (!challenge.supersedes) return;
    for (const older of store.ofNumber(challenge.to, now())) {
      if (givesWayTo(older, challenge)) applyNow(older.id, { type: "supersede" });
    }
  }

  /** Everything that is kept with a key is purged a day later. */
  function armForKeys(): void {
    clock.arm(toMinute(now() + KEEP_KEYS_MS));
  }

  function write(challenge: Challenge): void {
    const [settling, forgetAt] = [settleAt(challenge), challenge.expiresAt + rules.keep];
    store.write(challenge, settling, forgetAt);
    clock.arm(toMinute(settling ?? forgetAt));
  }

  /** What a signed webhook does, unless its nonce was seen before: both or neither are stored. */
  function onlyOnce(once: Once | undefined, work: () => Received): Received {
    return commit(() => {
      if (once !== undefined && !store.remember(once.nonce, once.until)) return "replayed";
      if (once !== undefined) clock.arm(toMinute(once.until));
      return work();
    });
  }

  async function hashFirst(id: string, code: string): Promise<HashedCode> {
    const [secret] = rules.codeSecrets;
    if (secret === undefined) throw new Error("There is no code secret.");
    return hashCode(secret, id, code);
  }

  function hashAll(id: string, code: string): Promise<HashedCode[]> {
    return Promise.all(rules.codeSecrets.map((secret) => hashCode(secret, id, code)));
  }

  /** Not for every single challenge that can be settled or forgotten. */
  function toMinute(at: number): number {
    return Math.ceil(at / WAKE_EVERY_MS) * WAKE_EVERY_MS;
  }

  function armNext(): void {
    const end = store.nextEnd();
    if (end !== undefined) clock.arm(toMinute(end));
  }
}

function toRefusal(
  answer: Extract<ChallengeStep["answer"], { done: false }>,
  challenge: Challenge,
): StoredRefusal {
  const { reason, retryAfter } = answer;
  return {
    reason: toStoredReason(reason),
    attemptsLeft: attemptsLeft(challenge),
    ...(retryAfter !== undefined && { retryAfter }),
  };
}

function toBegun(challenge: Challenge): Begun {
  const { to, country, brand, locale, clientRef, address, autofill, messages } = challenge;
  const { number = 1, channel = "sms" } = messages.at(-1) ?? {};
  return {
    status: toStatus(challenge),
    message: { number, channel, to, country, brand, locale, clientRef, address, autofill },
  };
}

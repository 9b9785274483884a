// One shard of the challenges: stores what src/two-factor decides, and informs the ledger. The platform is injected.

import {
  attemptsLeft,
  type Challenge,
  type ChallengeDetails,
  toDetails,
  toStatus,
} from "../../../src/two-factor/challenge/challenge.ts";
import { type CodeSecret, type HashedCode, hashCode } from "../../../src/two-factor/challenge/code.ts";
import { findCode } from "../../../src/two-factor/challenge/find-code.ts";
import { stepChallenge } from "../../../src/two-factor/challenge/machine.ts";
import { matchReceipt, matchReply } from "../../../src/two-factor/challenge/match-webhook.ts";
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
  /** Sets the alarm, and replaces an earlier one. */
  readonly setAlarm: (at: number) => void;
  /** Keeps work going after the answer. */
  readonly waitUntil: (work: Promise<unknown>) => void;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Logs a failure. An error is named by its class alone. */
  readonly logFailure: (what: string, error: unknown) => void;
}

/** Durations in milliseconds. */
export interface ChallengeShardRules extends ChallengeRules {
  readonly codeSecrets: readonly CodeSecret[];
  readonly codeLength: number;
  readonly maxAttempts: number;
  /** How long a challenge is kept after its expiry, for late codes and receipts. */
  readonly keep: number;
  /** With this many bytes on disk no new challenge is accepted. */
  readonly maxBytes: number;
}

export type ChallengeShard = ReturnType<typeof createChallengeShard>;

/** Delay before unconfirmed outbox messages are sent again: longer than the ledger takes for a report. */
const LOOK_AFTER_MS = 10_000;
const WAKE_EVERY_MS = 60_000;
/** Most challenges settled by one alarm. */
const BATCH = 100;

export function createChallengeShard(platform: ChallengePlatform, rules: ChallengeShardRules) {
  const { store, transact, now, logFailure } = platform;
  const outbox = createOutbox(store, platform.ledger, now, logFailure);
  const clock = createAlarmClock(platform);
  const waiters = createWaiters((id) => lookAt(id), now);
  /** Challenges changed by the current transaction. */
  let changed = new Set<string>();
  const known = createKnownKeys(store.keys, (id) => store.read(id, now()), now);

  return {
    /** Call it once, before anything else. A disk that cannot write must not stop the object from starting. */
    wake(alarm: number | undefined): void {
      clock.found(alarm);
      try {
        if (!outbox.isEmpty()) clock.arm(now());
        armNext();
      } catch (error) {
        logFailure("the challenges could not be put in order", error);
      }
    },

    /** Sets the alarm again, in case it was lost, or set by a clock that was ahead. */
    nudge(): void {
      commit(() => store.purge(now()));
      if (!outbox.isEmpty()) clock.arm(now());
      armNext();
    },

    /** Removes a number's challenges, kept answers, and quarantined rows that mention it. */
    erase: (number: string) => commit(() => store.erase(number)),

    listSetAside: (limit: number, after: QuarantinePosition | undefined): Quarantined[] =>
      store.quarantine.list(limit, after).map((one) => ({ ...one, raw: maskRaw(one.raw) })),

    countSetAside: (): number => store.quarantine.count(),

    /** Binds an idempotency key to a challenge; without `id` it only looks for one. `full`: no space left. */
    claim(keyed: Keyed, id: string | undefined): Claimed | Earlier<never> | "full" | undefined {
      if (id !== undefined && store.size() > rules.maxBytes) return "full";
      return commit(() => {
        const claimed = known.claim(keyed, id);
        armForKeys();
        return claimed;
      });
    },

    recall: (keyed: Keyed): Earlier | undefined => commit(() => known.find(keyed)),

    /** Stores a challenge before its first message is sent. `full`: no space left. */
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

    /** Compares and counts in one transaction: concurrent guesses cannot exceed the limit. */
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
        // The same call again, after its first answer was lost.
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

    /** Waits until the challenge is no longer pending, at most this many milliseconds. */
    wait: (id: string, milliseconds: number, ticket: string) => waiters.wait(id, milliseconds, ticket),

    /** The caller with this ticket has gone. */
    leave: (ticket: string): void => waiters.leave(ticket),

    receipt(receipt: DeliveryReceipt, once: Once | undefined): Received {
      return onlyOnce(once, () => {
        const challenge = matchReceipt(store.ofNumber(receipt.number, now()), receipt, now(), rules);
        if (challenge === undefined) return "unknown";
        applyNow(challenge.id, { type: "receipt", receipt });
        return "taken";
      });
    },

    /** Tries a reply on all challenges of its number, since it names none. */
    async reply(number: string, text: string, once: Once | undefined): Promise<Received> {
      const guesses = await Promise.all(
        store.ofNumber(number, now()).map(async ({ id, codeLength }) => {
          const code = findCode(text, codeLength);
          return { id, hashes: code === undefined ? [] : await hashAll(id, code) };
        }),
      );
      return onlyOnce(once, () => {
        for (const { id, hashes } of matchReply(guesses, (id) => store.read(id, now()))) {
          applyNow(id, { type: "check", hashes, reply: true });
        }
        return guesses.length > 0 ? "taken" : "unknown";
      });
    },

    /**
     * The alarm: settles messages that were cut off, sends the outbox, and deletes expired rows. A failing part does
     * not stop the others. It never rejects, since the platform gives up after a few rejections.
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
            // Failed work is still due, and needs a pause before the next try.
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

  /** A challenge that cannot be settled must not stop the others. Returns true if any failed. */
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

  /** Applies an event in a transaction of its own. `undefined`: there is no such challenge. */
  function apply(id: string, event: ChallengeEvent): ChallengeStep | undefined {
    return commit(() => applyNow(id, event));
  }

  function lookAt(id: string): ChallengeDetails | undefined {
    const challenge = store.read(id, now());
    return challenge && toDetails(challenge, now());
  }

  /** Runs a transaction, then sends the outbox messages that it stored. */
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

  /** Rows of idempotency keys are purged after a day. */
  function armForKeys(): void {
    clock.arm(toMinute(now() + KEEP_KEYS_MS));
  }

  function write(challenge: Challenge): void {
    const [settling, forgetAt] = [settleAt(challenge), challenge.expiresAt + rules.keep];
    store.write(challenge, settling, forgetAt);
    clock.arm(toMinute(settling ?? forgetAt));
  }

  /** Runs a webhook unless its nonce was seen before. Nonce and effect are stored together. */
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

  /** Rounds up, so that one alarm serves many challenges. */
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

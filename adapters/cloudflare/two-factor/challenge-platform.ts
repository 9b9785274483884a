import type { CodeSecret } from "../../../src/two-factor/challenge/code.ts";
import type { ChallengeRules } from "../../../src/two-factor/challenge/step.ts";
import type { LogFailure } from "../event-log.ts";
import type { CountingSource } from "../insight/counting/source.ts";
import type { ChallengeStore } from "./challenge-store.ts";
import type { Listener } from "./outbox.ts";
import type { StartTimer } from "./waiters.ts";

/** The part of the platform that a shard of challenges uses. */
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
  /** @default the platform's timers */
  readonly startTimer?: StartTimer;
  /** Logs a failure. An error is named by its class alone. */
  readonly logFailure: LogFailure;
  /** Counts for Insight; `undefined`: nothing is counted. */
  readonly counting?: CountingSource | undefined;
}

/** Durations in milliseconds. */
export interface ChallengeShardRules extends ChallengeRules {
  readonly codeSecrets: readonly CodeSecret[];
  readonly codeLength: number;
  /** Guesses that a challenge allows. */
  readonly maxGuesses: number;
  /** Time after its expiry for which a challenge is kept, for late codes and receipts. */
  readonly keep: number;
  /** With this many bytes on disk no new challenge is accepted. */
  readonly maxBytes: number;
}

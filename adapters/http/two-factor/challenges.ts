// The storage that the workflow needs. Cloudflare's Durable Objects implement it (adapters/cloudflare/two-factor).

import type {
  Challenge,
  ChallengeDetails,
  ChallengeStatus,
} from "../../../src/two-factor/challenge/challenge.ts";
import type { KeyedRequest } from "../../../src/two-factor/challenge/idempotency-key.ts";
import type { LimitKind } from "../../../src/two-factor/challenge/limits.ts";
import type { ChallengeRefusal } from "../../../src/two-factor/refusal.ts";
import type { DeliveryReceipt } from "../../../src/webhooks/delivery-receipt.ts";
import type { Channel } from "../../../src/wire/report.ts";

/** The part of a challenge that its messages are made from. */
type Addressed = Pick<
  Challenge,
  "to" | "country" | "brand" | "locale" | "clientRef" | "address" | "autofill"
>;

/** A challenge to be stored, and the code of its first message. */
export interface NewChallenge extends Addressed, Pick<Challenge, "caller" | "numberHashes" | "supersedes"> {
  /** From `createId`. */
  readonly id: string;
  readonly channel: Channel;
  readonly code: string;
}

/** A message that is stored, and about to be sent. */
export interface Begun {
  readonly status: ChallengeStatus;
  readonly message: Addressed & {
    /** Its number within the challenge, from 1. */
    readonly number: number;
    readonly channel: Channel;
  };
}

/** A refusal that follows from the state of the challenge. */
export interface Refusal {
  readonly reason: ChallengeRefusal;
  /** Guesses left. */
  readonly attemptsLeft: number;
  /** Milliseconds; with `resend_too_soon`. */
  readonly retryAfter?: number;
}

export type Checked = { readonly verified: true } | ({ readonly verified: false } & Refusal);

/** The end of sending a message. */
export type SendingEnded =
  | {
      readonly type: "sent";
      readonly messageIds: readonly string[];
      readonly network?: string | undefined;
      /** In 1e-8 EUR. */
      readonly price?: number | undefined;
    }
  | { readonly type: "uncertain" }
  /** `status`: the SMS API's, or our error code. */
  | { readonly type: "failed"; readonly status?: string | undefined };

/** A request under an idempotency key, hashed with each code secret. The first is stored; any of them is found. */
export type Keyed = readonly KeyedRequest[];

/** The stored answer for repetitions of a request: the challenge, or a problem. */
export interface KeptAnswer {
  readonly status?: ChallengeStatus | undefined;
  /** The problem's type, without its prefix. */
  readonly failed?: string | undefined;
  /** Milliseconds. */
  readonly retryAfter?: number | undefined;
}

/** The result of a request whose idempotency key is already known. Nothing was done. */
export type Earlier<Answer = KeptAnswer> =
  /** The key belongs to another request. */
  | { readonly earlier: "other" }
  /** The same request is still running. */
  | { readonly earlier: "under-way" }
  | { readonly earlier: "done"; readonly answer: Answer };

/** The answer to store under an idempotency key at the end of a message. */
export interface Keep {
  readonly keyed: Keyed;
  /** Nothing was sent, and the request may be repeated: forget the key. */
  readonly released?: boolean;
  readonly failed?: string | undefined;
  readonly retryAfter?: number | undefined;
}

/** A webhook's signature, which counts once. */
export interface Once {
  readonly nonce: string;
  /** Epoch milliseconds; later the signature is stale. */
  readonly until: number;
}

/** `unknown`: no challenge matches. `replayed`: the nonce was seen before, and nothing was done. */
export type Received = "taken" | "unknown" | "replayed";

/** The wait for a challenge to end. */
export interface Wait {
  readonly milliseconds: number;
  /** Fires when the caller has gone. */
  readonly signal?: AbortSignal | undefined;
}

/** The challenge of an idempotency key. */
export interface Claimed {
  readonly id: string;
  /** The key was bound by this call. */
  readonly isNew: boolean;
}

/** Every call rejects with `StorageUnavailable` if storage fails. `undefined`: there is no such challenge. */
export interface Challenges {
  /** Creates an id that cannot be guessed, and that contains the location of the number's challenges. */
  createId(number: string): string;
  /**
   * Binds an idempotency key to a start, before anything is done for it.
   *
   * @param place Decides the location of the key: the same for every start under it.
   * @param id The challenge to bind, unless the key has one already.
   * @returns `undefined`: the object is of a version that cannot store keys.
   */
  claim(place: string, keyed: Keyed, id: string): Promise<Claimed | Earlier<never> | undefined>;
  /** The result of a start whose key was claimed before; `undefined`: it never began. */
  recall(id: string, keyed: Keyed): Promise<Earlier | undefined>;
  begin(challenge: NewChallenge, keyed?: Keyed): Promise<Begun | Earlier>;
  /** Stores the end of sending message `number`. */
  end(id: string, number: number, ended: SendingEnded, keep?: Keep): Promise<ChallengeStatus | undefined>;
  check(id: string, code: string, keyed?: Keyed): Promise<Checked | Earlier<Checked> | undefined>;
  /** Begins a further message with this code. The default of `channel` is the last message's. */
  resend(
    id: string,
    channel: Channel | undefined,
    code: string,
    keyed?: Keyed,
  ): Promise<Begun | Refusal | Earlier | undefined>;
  cancel(id: string): Promise<true | undefined>;
  look(id: string, wait?: Wait): Promise<ChallengeDetails | undefined>;
  receipt(receipt: DeliveryReceipt, once: Once | undefined): Promise<Received>;
  /** A text from this number. If it contains a code, it is a guess at the number's challenges. */
  reply(number: string, text: string, once: Once | undefined): Promise<Received>;
}

/** One more message, with the subjects of its limits. */
export interface Sending {
  readonly number: string;
  readonly caller: string;
  /** ISO 3166 alpha-2; `null` for numbers without a country. */
  readonly country?: string | null;
  /** Keyed hash of the end user's address; without it the limit by address does not apply. */
  readonly address?: string | undefined;
  /** Identifies the message, so that a repeated call counts once. */
  readonly once?: string | undefined;
}

/** Counts sent messages against the limits. Rejects with `StorageUnavailable`. */
export interface SendLimits {
  /** Counts one more message. If a limit is reached, it counts only the refusal. */
  take(
    sending: Sending,
  ): Promise<{ readonly refused?: never } | { readonly refused: LimitKind; readonly retryAfter: number }>;
  /** Counts something that happened, by name. */
  count(name: string): Promise<void>;
  /** Counts of events by name. */
  counts(): Promise<Readonly<Record<string, number>>>;
}

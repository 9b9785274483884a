// What the workflow asks of what is stored. Cloudflare's Durable Objects hold it (adapters/cloudflare/two-factor).

import type { ChallengeDetails, ChallengeStatus } from "../../../src/two-factor/challenge/challenge.ts";
import type { KeyedRequest } from "../../../src/two-factor/challenge/idempotency-key.ts";
import type { LimitKind } from "../../../src/two-factor/challenge/limits.ts";
import type { ChallengeRefusal } from "../../../src/two-factor/refusal.ts";
import type { Autofill } from "../../../src/two-factor/senders/autofill.ts";
import type { DeliveryReceipt } from "../../../src/webhooks/delivery-receipt.ts";
import type { Channel } from "../../../src/wire/report.ts";

/** A challenge to be stored, and the code of its first message. */
export interface NewChallenge {
  /** From `createId`. */
  readonly id: string;
  readonly to: string;
  readonly country: string | null;
  readonly brand: string;
  readonly locale: string;
  readonly clientRef: string;
  /** Keyed hash of the end user's address. */
  readonly address?: string | undefined;
  /** `undefined`: its texts are not filled in. */
  readonly autofill?: Autofill | undefined;
  /** Name of the key that asks. */
  readonly caller?: string;
  /** Whether earlier challenges of the caller for this number give way to it. */
  readonly supersedes?: boolean | undefined;
  readonly channel: Channel;
  readonly code: string;
}

/** A message that is stored, and about to be sent. */
export interface Begun {
  readonly status: ChallengeStatus;
  readonly message: {
    /** Which message of the challenge, from 1. */
    readonly number: number;
    readonly channel: Channel;
    readonly to: string;
    readonly country: string | null;
    readonly brand: string;
    readonly locale: string;
    readonly clientRef: string;
    /** Keyed hash of the end user's address at the start; `undefined`: not known. */
    readonly address?: string | undefined;
    readonly autofill?: Autofill | undefined;
  };
}

/** Why something was refused, and how many codes may still be tried. */
export interface Refusal {
  readonly reason: ChallengeRefusal;
  readonly attemptsLeft: number;
  /** Milliseconds; with `resend_too_soon`. */
  readonly retryAfter?: number;
}

export type Checked = { readonly verified: true } | ({ readonly verified: false } & Refusal);

/** How the sending of a message ended. */
export type SendingEnded =
  | { readonly type: "sent"; readonly messageIds: readonly string[] }
  | { readonly type: "uncertain" }
  | { readonly type: "failed" };

/** A request under an idempotency key, hashed with each code secret: the first is written, any is found. */
export type Keyed = readonly KeyedRequest[];

/** An answer that is given again: the challenge, or the name of the problem and what goes with it. */
export interface KeptAnswer {
  readonly status?: ChallengeStatus | undefined;
  readonly failed?: string | undefined;
  /** Milliseconds. */
  readonly retryAfter?: number | undefined;
}

/** What a request met that came under an idempotency key which is known already. Nothing was done for it. */
export type Earlier<Answer = KeptAnswer> =
  /** The key names another request. */
  | { readonly earlier: "other" }
  /** The same request is being worked on. */
  | { readonly earlier: "under-way" }
  | { readonly earlier: "done"; readonly answer: Answer };

/** What to keep with the end of a message, as the answer to a request under an idempotency key. */
export interface Keep {
  readonly keyed: Keyed;
  /** Whether nothing was sent, and the request may be repeated: then the key is free for it again. */
  readonly released?: boolean;
  readonly failed?: string | undefined;
  readonly retryAfter?: number | undefined;
}

/** A webhook's signature, to be good once. */
export interface Once {
  readonly nonce: string;
  /** Epoch milliseconds; after it the signature is stale anyway. */
  readonly until: number;
}

/** `unknown`: of no challenge here. `replayed`: its nonce was seen before, and nothing was done. */
export type Received = "taken" | "unknown" | "replayed";

/** How long a look waits for a challenge to end. */
export interface Wait {
  readonly milliseconds: number;
  /** Fires when the caller has gone. */
  readonly signal?: AbortSignal | undefined;
}

/** A key that is bound to its challenge. */
export interface Claimed {
  readonly id: string;
  readonly isNew: boolean;
}

/** Every call rejects with `StorageUnavailable` when it cannot be stored; `undefined`: there is no such challenge. */
export interface Challenges {
  /** An id that cannot be guessed, and that leads to where the number's challenges are. */
  createId(number: string): string;
  /**
   * Binds an idempotency key to a start, before anything is done for it.
   *
   * @param place Where the key is kept: the same for every start under it.
   * @param id The challenge that it is to be, unless the key has one already.
   * @returns The key's challenge, and whether it is `id` for the first time; `undefined`: keys cannot be kept now, since
   * the object is of a version before them.
   */
  claim(place: string, keyed: Keyed, id: string): Promise<Claimed | Earlier<never> | undefined>;
  /** What became of a start whose key was claimed before; `undefined`: it was not begun. */
  recall(id: string, keyed: Keyed): Promise<Earlier | undefined>;
  begin(challenge: NewChallenge, keyed?: Keyed): Promise<Begun | Earlier>;
  /** Notes how the sending of message `number` ended. */
  end(id: string, number: number, ended: SendingEnded, keep?: Keep): Promise<ChallengeStatus | undefined>;
  check(id: string, code: string, keyed?: Keyed): Promise<Checked | Earlier<Checked> | undefined>;
  /** Begins a further message, with this code; `channel` is the last one's where it is not said. */
  resend(
    id: string,
    channel: Channel | undefined,
    code: string,
    keyed?: Keyed,
  ): Promise<Begun | Refusal | Earlier | undefined>;
  cancel(id: string): Promise<true | undefined>;
  look(id: string, wait?: Wait): Promise<ChallengeDetails | undefined>;
  receipt(receipt: DeliveryReceipt, once: Once | undefined): Promise<Received>;
  /** A text from this number: its code, where there is one in it, is checked against what is pending there. */
  reply(number: string, text: string, once: Once | undefined): Promise<Received>;
}

/** One more message, with everything that it counts for. */
export interface Sending {
  readonly number: string;
  readonly caller: string;
  /** ISO 3166 alpha-2; `null` for numbers of no country. */
  readonly country?: string | null;
  /** Keyed hash of the end user's address; `undefined`: not known, and not limited. */
  readonly address?: string | undefined;
  /** Names the message, so that asking twice counts once. */
  readonly once?: string | undefined;
}

/** Counts what is sent, over everything together. Rejects with `StorageUnavailable`. */
export interface SendLimits {
  /** Counts one more message, unless one of the limits is reached: then nothing is counted but the refusal. */
  take(
    sending: Sending,
  ): Promise<{ readonly refused?: never } | { readonly refused: LimitKind; readonly retryAfter: number }>;
  /** Counts something that happened, by name. */
  count(name: string): Promise<void>;
  /** How often each counted thing happened. */
  counts(): Promise<Readonly<Record<string, number>>>;
}

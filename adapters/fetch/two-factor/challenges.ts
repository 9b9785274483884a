// What the workflow asks of what is stored. Cloudflare's Durable Objects hold it (adapters/cloudflare/two-factor).

import type { Channel } from "../../../src/report.ts";
import type { Autofill } from "../../../src/two-factor/autofill.ts";
import type { ChallengeDetails, ChallengeStatus } from "../../../src/two-factor/challenge.ts";
import type { LimitKind } from "../../../src/two-factor/limits.ts";
import type { RefusedBecause } from "../../../src/two-factor/step.ts";
import type { DeliveryReceipt } from "../../../src/webhooks/delivery-receipt.ts";

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
  readonly reason: RefusedBecause;
  readonly attemptsLeft: number;
  /** Milliseconds; with `too_soon`. */
  readonly retryAfter?: number;
}

export type Checked = { readonly verified: true } | ({ readonly verified: false } & Refusal);

/** How the sending of a message ended. */
export type SendingEnded =
  | { readonly type: "sent"; readonly messageIds: readonly string[] }
  | { readonly type: "uncertain" }
  | { readonly type: "failed" };

/** A webhook's signature, to be good once. */
export interface Once {
  readonly nonce: string;
  /** Epoch milliseconds; after it the signature is stale anyway. */
  readonly until: number;
}

/** `unknown`: of no challenge here. `replayed`: its nonce was seen before, and nothing was done. */
export type Received = "taken" | "unknown" | "replayed";

/** Every call rejects with `StorageUnavailable` when it cannot be stored; `undefined`: there is no such challenge. */
export interface Challenges {
  /** An id that cannot be guessed, and that leads to where the number's challenges are. */
  createId(number: string): string;
  begin(challenge: NewChallenge): Promise<Begun>;
  /** Notes how the sending of message `number` ended. */
  end(id: string, number: number, ended: SendingEnded): Promise<ChallengeStatus | undefined>;
  check(id: string, code: string): Promise<Checked | undefined>;
  /** Begins a further message, with this code; `channel` is the last one's where it is not said. */
  resend(id: string, channel: Channel | undefined, code: string): Promise<Begun | Refusal | undefined>;
  cancel(id: string): Promise<true | undefined>;
  look(id: string): Promise<ChallengeDetails | undefined>;
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

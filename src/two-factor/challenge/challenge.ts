// A challenge as it is stored, and as callers see it. Times are epoch milliseconds; the names of members are stored.

import type { DeliveryReceipt } from "../../webhooks/delivery-receipt.ts";
import type { Channel } from "../../wire/report.ts";
import { toCanonicalNumber } from "../numbers/spellings.ts";
import type { Autofill } from "../senders/autofill.ts";
import type { HashedCode } from "./code.ts";

/**
 * One message of a challenge:
 *
 * - `sending`: it is being sent, and the result is not stored yet.
 * - `sent`: Vonage accepted it.
 * - `uncertain`: Vonage did not answer, so it may have gone out. Its id comes with its first receipt, or never.
 * - `superseded`: a newer message went out after it.
 */
export type MessageState = "sending" | "sent" | "uncertain" | "superseded";

export interface ChallengeMessage extends HashedCode {
  /** From 1, in the order of sending. */
  readonly number: number;
  readonly channel: Channel;
  readonly state: MessageState;
  readonly sentAt: number;
  /** Vonage's ids, one for each part of a long text. The first one is reported. */
  readonly messageIds: readonly string[];
  /** When its code came back, which proves its delivery. */
  readonly provenAt: number | null;
  /** The last receipt of each part. */
  readonly receipts: readonly DeliveryReceipt[];
  /** MCCMNC, for Insight. */
  readonly network?: string | undefined;
  /** In 1e-8 EUR, for Insight. */
  readonly price?: number | undefined;
}

export interface Challenge {
  readonly id: string;
  /** E.164 digits without "+", as they were dialled: see src/two-factor/numbers/spellings.ts. */
  readonly to: string;
  /** ISO 3166 alpha-2; `null` for numbers of no country. */
  readonly country: string | null;
  readonly brand: string;
  /** BCP 47. */
  readonly locale: string;
  /** Goes to Vonage as `client-ref`. */
  readonly clientRef: string;
  /** Name of the proxy key that asked for it; absent in rows of older versions. */
  readonly caller?: string | undefined;
  /** It replaces its caller's earlier challenges for this number once its message is out. */
  readonly supersedes?: boolean | undefined;
  /** Keyed hash of the end user's address, for the limit; absent where the caller did not give it. */
  readonly address?: string | undefined;
  /** Keyed hashes of the number and its block, for Insight. */
  readonly numberHashes?: { readonly block: string; readonly person: string } | undefined;
  /** For the lines that let a phone fill in the code. */
  readonly autofill?: Autofill | undefined;
  /** `superseded`: a newer challenge of the same caller replaced it. */
  readonly state: "pending" | "verified" | "cancelled" | "superseded";
  /** Verified by a reply; the user may still type the code once. */
  readonly byReply: boolean;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly codeLength: number;
  /** Guesses of the code so far. This name and the next are stored, and stay. */
  readonly attempts: number;
  /** Guesses that the challenge allows. */
  readonly maxAttempts: number;
  readonly messages: readonly ChallengeMessage[];
  /** Messages begun, including those that did not go out, so that numbers are never reused. */
  readonly begun: number;
}

/** A challenge, as start and resend return it. */
export interface ChallengeStatus {
  readonly id: string;
  /**
   * The user's number in E.164, with "+". It is the same for every spelling of a phone: store it as the user's
   * identity, and use it for later challenges.
   */
  readonly to: string;
  /** The channel of the newest message. */
  readonly channel: Channel;
  /** The code is valid until then; ISO 8601. */
  readonly expiresAt: string;
  /** Guesses left. */
  readonly attemptsLeft: number;
}

/** A challenge in full, without its code. */
export interface ChallengeDetails extends ChallengeStatus {
  readonly state: "pending" | "verified" | "expired" | "locked" | "cancelled" | "superseded";
  readonly clientRef: string;
  readonly createdAt: string;
  readonly messages: readonly {
    /** The id that is reported; absent while it is unknown. */
    readonly messageId?: string;
    readonly channel: Channel;
    readonly state: MessageState;
    readonly sentAt: string;
    /** When its code came back, which proves delivery; ISO 8601. */
    readonly provenAt?: string;
    /** Carriers' receipts, one for each part. They neither prove nor disprove delivery. */
    readonly receipts: readonly (Omit<DeliveryReceipt, "number" | "apiKey" | "occurredAt"> & {
      readonly occurredAt?: string;
    })[];
  }[];
}

export const guessesLeft = ({ attempts, maxAttempts }: Challenge): number =>
  Math.max(0, maxAttempts - attempts);

/** The answer to a start or a resend. */
export function toStatus(challenge: Challenge): ChallengeStatus {
  return {
    id: challenge.id,
    to: `+${toCanonicalNumber(challenge.to)}`,
    channel: challenge.messages.at(-1)?.channel ?? "sms",
    expiresAt: new Date(challenge.expiresAt).toISOString(),
    attemptsLeft: guessesLeft(challenge),
  };
}

/** The answer to a look. */
export function toDetails(challenge: Challenge, now: number): ChallengeDetails {
  return {
    ...toStatus(challenge),
    state: toState(challenge, now),
    clientRef: challenge.clientRef,
    createdAt: new Date(challenge.createdAt).toISOString(),
    messages: challenge.messages.map(({ messageIds: [messageId], channel, state, sentAt, ...message }) => ({
      ...(messageId !== undefined && { messageId }),
      channel,
      state,
      sentAt: new Date(sentAt).toISOString(),
      ...(message.provenAt !== null && { provenAt: new Date(message.provenAt).toISOString() }),
      receipts: message.receipts.map(({ number: _, apiKey: __, occurredAt, ...receipt }) => ({
        ...receipt,
        ...(occurredAt !== undefined && { occurredAt: new Date(occurredAt).toISOString() }),
      })),
    })),
  };
}

function toState(challenge: Challenge, now: number): ChallengeDetails["state"] {
  if (challenge.state !== "pending") return challenge.state;
  if (now >= challenge.expiresAt) return "expired";
  return guessesLeft(challenge) === 0 ? "locked" : "pending";
}

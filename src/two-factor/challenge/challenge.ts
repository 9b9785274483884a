// A challenge as it is stored, and as its caller sees it. Times are epoch milliseconds.

import type { DeliveryReceipt } from "../../webhooks/delivery-receipt.ts";
import type { Channel } from "../../wire/report.ts";
import { toCanonicalNumber } from "../numbers/spellings.ts";
import type { Autofill } from "../senders/autofill.ts";
import type { HashedCode } from "./code.ts";

/**
 * One message of a challenge:
 *
 * - `sending`: it is being sent; whether it went out, and by which id, is not noted yet.
 * - `sent`: Vonage took it.
 * - `uncertain`: no answer came, so it may have gone out; its id comes with its first receipt, or never.
 * - `superseded`: a newer one went out after it.
 */
export type MessageState = "sending" | "sent" | "uncertain" | "superseded";

export interface ChallengeMessage extends HashedCode {
  /** From 1, in the order of sending. */
  readonly number: number;
  readonly channel: Channel;
  readonly state: MessageState;
  readonly sentAt: number;
  /** Vonage's ids, one for each part of a long text; the first is the one that is reported. */
  readonly messageIds: readonly string[];
  /** When somebody came with its code: the proof of its delivery. */
  readonly provenAt: number | null;
  /** The last receipt of each part. */
  readonly receipts: readonly DeliveryReceipt[];
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
  /** Name of the key that asked for it; absent in what older versions stored. */
  readonly caller?: string | undefined;
  /** Whether it takes the place of its caller's earlier challenges for this number, once its message is out. */
  readonly supersedes?: boolean | undefined;
  /** Keyed hash of the end user's address, for the limit; absent where the caller did not give it. */
  readonly address?: string | undefined;
  /** For the lines that let a phone fill the code in, in each of its texts. */
  readonly autofill?: Autofill | undefined;
  /** `superseded`: a newer challenge of the same caller took its place. */
  readonly state: "pending" | "verified" | "cancelled" | "superseded";
  /** Verified by a reply, and its caller has not asked for it with the code yet. */
  readonly byReply: boolean;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly codeLength: number;
  /** Codes that were tried. */
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly messages: readonly ChallengeMessage[];
  /** How many messages were begun, those included that did not go out: no two have the same number. */
  readonly begun: number;
}

/** What its caller is told of a challenge under way. */
export interface ChallengeStatus {
  readonly id: string;
  /**
   * The user's number in E.164, with "+": the same for every spelling of a phone, so it can be kept as the user's
   * identity, and be asked for again whatever the default country is.
   */
  readonly to: string;
  /** How the newest message went out. */
  readonly channel: Channel;
  /** Until when the code is taken; ISO 8601. */
  readonly expiresAt: string;
  /** How many codes may still be tried. */
  readonly attemptsLeft: number;
}

/** All that can be known of a challenge; the code is not among it. */
export interface ChallengeDetails extends ChallengeStatus {
  readonly state: "pending" | "verified" | "expired" | "locked" | "cancelled" | "superseded";
  readonly clientRef: string;
  readonly createdAt: string;
  readonly messages: readonly {
    /** What is reported of; absent while it is not known. */
    readonly messageId?: string;
    readonly channel: Channel;
    readonly state: MessageState;
    readonly sentAt: string;
    /** When its code came back: proof that it was delivered. */
    readonly provenAt?: string;
    /** What carriers say, one for each part; neither proof nor disproof. */
    readonly receipts: readonly (Omit<DeliveryReceipt, "number" | "apiKey" | "occurredAt"> & {
      readonly occurredAt?: string;
    })[];
  }[];
}

export const attemptsLeft = ({ attempts, maxAttempts }: Challenge): number =>
  Math.max(0, maxAttempts - attempts);

/** What the answer to a start or a resend says. */
export function toStatus(challenge: Challenge): ChallengeStatus {
  return {
    id: challenge.id,
    to: `+${toCanonicalNumber(challenge.to)}`,
    channel: challenge.messages.at(-1)?.channel ?? "sms",
    expiresAt: new Date(challenge.expiresAt).toISOString(),
    attemptsLeft: attemptsLeft(challenge),
  };
}

/** What a look at a challenge says. */
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
  return attemptsLeft(challenge) === 0 ? "locked" : "pending";
}

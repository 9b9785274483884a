// What a step of the workflow takes and gives, and how the parts of the machine put one together.

import type { DeliveryReceipt } from "../../webhooks/delivery-receipt.ts";
import type { Channel } from "../../wire/report.ts";
import type { ChallengeRefusal } from "../refusal.ts";
import type { Challenge, ChallengeMessage } from "./challenge.ts";
import type { HashedCode } from "./code.ts";

export type ChallengeEvent =
  /** Somebody came with a code, hashed with every secret there is. `reply`: by answering the message. */
  | { readonly type: "check"; readonly hashes: readonly HashedCode[]; readonly reply: boolean }
  /** A further message is wanted; `code` is its code. */
  | { readonly type: "resend"; readonly channel: Channel; readonly code: HashedCode }
  | { readonly type: "cancel" }
  /** A newer challenge takes its place. */
  | { readonly type: "supersede" }
  /** Vonage took a message. */
  | { readonly type: "sent"; readonly number: number; readonly messageIds: readonly string[] }
  /** A message may have gone out, or not. */
  | { readonly type: "uncertain"; readonly number: number }
  /** A message did not go out. */
  | { readonly type: "failed"; readonly number: number }
  /** A carrier's receipt for this challenge's number. */
  | { readonly type: "receipt"; readonly receipt: DeliveryReceipt }
  /** The time of {@link settleAt} has come. */
  | { readonly type: "settle" };

export type ChallengeAnswer =
  | { readonly done: true }
  | {
      readonly done: false;
      readonly reason: ChallengeRefusal;
      /** Milliseconds until a further message may be asked for; with `resend_too_soon`. */
      readonly retryAfter?: number;
    };

/** What the ledger is told of a message, in this order. */
export type Statement =
  | {
      readonly type: "track";
      readonly channel: Channel;
      readonly messageId: string;
      readonly expiresAt: number;
    }
  | {
      readonly type: "report";
      readonly channel: Channel;
      readonly messageId: string;
      readonly delivered: boolean;
      readonly occurredAt: number;
    };

export interface ChallengeStep {
  /** What to store; `undefined`: there is nothing left of it. The very same object: nothing changed. */
  readonly challenge: Challenge | undefined;
  readonly answer: ChallengeAnswer;
  readonly statements: readonly Statement[];
}

export interface ChallengeRules {
  /** How long a code is taken, in milliseconds from when its message went out. */
  readonly lifetime: number;
  /** How long to wait for a message before a further one may be asked for, in milliseconds. */
  readonly cooldown: number;
  /** Messages of one challenge, the first included. */
  readonly maxMessages: number;
}

export const DONE: ChallengeAnswer = { done: true };
export const refuse = (reason: ChallengeRefusal): ChallengeAnswer => ({ done: false, reason });

export function toReport(
  { channel, messageIds: [messageId] }: ChallengeMessage,
  delivered: boolean,
  occurredAt: number,
): Statement[] {
  return messageId === undefined ? [] : [{ type: "report", channel, messageId, delivered, occurredAt }];
}

export function replace(challenge: Challenge, message: ChallengeMessage): Challenge {
  const messages = challenge.messages.map((one) => (one.number === message.number ? message : one));
  return { ...challenge, messages };
}

export const step = (
  challenge: Challenge | undefined,
  answer: ChallengeAnswer,
  statements: readonly Statement[] = [],
): ChallengeStep => ({ challenge, answer, statements });

export const unchanged = (challenge: Challenge, answer: ChallengeAnswer): ChallengeStep =>
  step(challenge, answer);

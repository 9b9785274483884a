// A step of the workflow: its event, its result, and the helpers that the parts of the machine share.

import type { Facts } from "../../insight/facts.ts";
import type { DeliveryReceipt } from "../../webhooks/delivery-receipt.ts";
import type { Channel } from "../../wire/report.ts";
import type { ChallengeRefusal } from "../refusal.ts";
import type { Challenge, ChallengeMessage } from "./challenge.ts";
import type { HashedCode } from "./code.ts";

export type ChallengeEvent =
  /** A guess of the code, hashed with every secret. `reply`: the user answered the message. */
  | { readonly type: "check"; readonly hashes: readonly HashedCode[]; readonly reply: boolean }
  /** The caller asks for a further message; `code` is its code. */
  | { readonly type: "resend"; readonly channel: Channel; readonly code: HashedCode }
  | { readonly type: "cancel" }
  /** A newer challenge replaces this one. */
  | { readonly type: "supersede" }
  /** Vonage took a message. */
  | {
      readonly type: "sent";
      readonly number: number;
      readonly messageIds: readonly string[];
      readonly network?: string | undefined;
      /** In 1e-8 EUR. */
      readonly price?: number | undefined;
    }
  /** A message may have gone out: Vonage did not answer. */
  | { readonly type: "uncertain"; readonly number: number }
  /** A message did not go out. */
  | {
      readonly type: "failed";
      readonly number: number;
      /** The SMS API's status, or our error code; for Insight. */
      readonly status?: string | undefined;
    }
  /** A carrier's receipt for this challenge's number. */
  | { readonly type: "receipt"; readonly receipt: DeliveryReceipt }
  /** The instant of {@link settleAt} has passed. */
  | { readonly type: "settle" };

export type ChallengeAnswer =
  | { readonly done: true }
  | {
      readonly done: false;
      readonly reason: ChallengeRefusal;
      /** Milliseconds until a resend is possible; with `resend_too_soon`. */
      readonly retryAfter?: number;
    };

/** A message to the ledger, which the outbox delivers. The stored form is this object as JSON. */
export type OutboxMessage =
  | {
      readonly type: "track";
      readonly channel: Channel;
      readonly messageId: string;
      readonly expiresAt: number;
      readonly facts?: Facts;
    }
  | {
      readonly type: "report";
      readonly channel: Channel;
      readonly messageId: string;
      readonly delivered: boolean;
      readonly occurredAt: number;
      readonly facts?: Facts;
    };

export interface ChallengeStep {
  /** The challenge to store: the same object if nothing changed, `undefined` if it is to be removed. */
  readonly challenge: Challenge | undefined;
  readonly answer: ChallengeAnswer;
  readonly outboxMessages: readonly OutboxMessage[];
}

export interface ChallengeRules {
  /** Milliseconds for which a code is valid, from when its message went out. */
  readonly lifetime: number;
  /** Milliseconds between a message and the next one. */
  readonly cooldown: number;
  /** Most messages of one challenge, the first included. */
  readonly maxMessages: number;
}

export const DONE: ChallengeAnswer = { done: true };
export const refuse = (reason: ChallengeRefusal): ChallengeAnswer => ({ done: false, reason });

export function toReport(
  { channel, messageIds: [messageId] }: ChallengeMessage,
  delivered: boolean,
  occurredAt: number,
): OutboxMessage[] {
  return messageId === undefined ? [] : [{ type: "report", channel, messageId, delivered, occurredAt }];
}

export function replace(challenge: Challenge, message: ChallengeMessage): Challenge {
  const messages = challenge.messages.map((one) => (one.number === message.number ? message : one));
  return { ...challenge, messages };
}

export const step = (
  challenge: Challenge | undefined,
  answer: ChallengeAnswer,
  outboxMessages: readonly OutboxMessage[] = [],
): ChallengeStep => ({ challenge, answer, outboxMessages });

export const unchanged = (challenge: Challenge, answer: ChallengeAnswer): ChallengeStep =>
  step(challenge, answer);

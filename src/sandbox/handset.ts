// Users' telephones: what arrived on them, and what their owners do.

import * as v from "valibot";
import { ConversionError } from "../client/errors.ts";
import { objectOf, required, text, validate } from "../shared/validation.ts";
import type { AcceptedText } from "./accepted-text.ts";
import type { SandboxAccount } from "./accounts.ts";
import type { Background } from "./background.ts";
import { encodeInbound } from "./inbound.ts";
import type { WebhookSender } from "./webhooks.ts";

/** A text as it arrived; parts are joined, as a handset does. */
export interface HandsetMessage {
  /** Whose handset: E.164 digits without "+". */
  readonly number: string;
  /** The sender: a number, or a name. */
  readonly from: string;
  /** Of a binary message its body, in hexadecimal digits. */
  readonly text: string;
  /** Vonage's ids, one for each part. */
  readonly messageIds: readonly string[];
  /** When it arrived, ISO 8601. */
  readonly arrivedAt: string;
  /** Whose account sent it. */
  readonly apiKey: string;
}

/** A call as it rang. */
export interface HandsetCall {
  /** The call id, which is what is reported to `/conversions/voice`. */
  readonly uuid: string;
  /** Whose handset: E.164 digits without "+". */
  readonly number: string;
  readonly from: string;
  /** When it rang, ISO 8601. */
  readonly startedAt: string;
  /** What is heard once, as speech; pauses are commas. */
  readonly heard: string;
  /** The language of the voice, where one was asked for. */
  readonly language?: string | undefined;
  /** How often it is said; 0: until the user hangs up. */
  readonly loop: number;
}

/** One user's telephone. */
export interface Handset {
  /** The texts that arrived, oldest first. */
  inbox(): readonly HandsetMessage[];
  /** The calls that rang, oldest first. */
  calls(): readonly HandsetCall[];
  /**
   * Answers a text: Vonage sends its webhook, one for each part of a long text.
   *
   * @param text 1 to 1600 characters.
   * @param to Your virtual number or short code: 3 to 15 digits.
   * @default the sender of the last text
   * @returns Resolves when the webhook was acknowledged or given up.
   * @throws {ConversionError} `invalid_options`; also where the last sender is a name, which takes no replies.
   */
  reply(text: string, to?: string): Promise<void>;
  /**
   * Takes a call.
   *
   * @returns What is heard: the text without its SSML, pauses as commas; once, however often it is said.
   * @throws {ConversionError} `invalid_options`: no such call rang here.
   */
  answer(uuid: string): string;
}

export interface HandsetStore {
  receive(message: AcceptedText, now: number): void;
  ring(call: HandsetCall): void;
  /** @throws {ConversionError} `invalid_options`. */
  handset(number: string): Handset;
  forget(): void;
}

const MAX_KEPT = 1000;
const numberSchema = objectOf({ number: required(text("7 to 15 digits without +", /^[1-9]\d{6,14}$/)) });
const replySchema = objectOf({
  text: required(text("1 to 1600 characters", /^.{1,1600}$/su)),
  to: v.optional(text("3 to 15 digits without +", /^\d{3,15}$/)),
});

/** All handsets there are. The oldest texts and calls beyond 1000 are forgotten. */
export function createHandsetStore(
  accounts: ReadonlyMap<string, SandboxAccount>,
  webhooks: WebhookSender,
  background: Background,
  now: () => number,
): HandsetStore {
  const messages: HandsetMessage[] = [];
  const calls: HandsetCall[] = [];
  const keep = <T>(list: T[], one: T) => {
    list.push(one);
    if (list.length > MAX_KEPT) list.shift();
  };
  return {
    receive: ({ to, from, text, messageIds, account }, at) => {
      const arrivedAt = new Date(at).toISOString();
      keep(messages, { number: to, from, text, messageIds, arrivedAt, apiKey: account.apiKey });
    },
    ring: (call) => keep(calls, call),
    handset: (given) => {
      const { number } = validate(numberSchema, { number: given }, "invalid_options");
      const inbox = () => messages.filter((one) => one.number === number);
      return Object.freeze({
        inbox,
        calls: () => calls.filter((one) => one.number === number),
        reply: async (text: string, to?: string) => {
          const given = validate(replySchema, { text, to }, "invalid_options");
          const arrived = inbox();
          const recipient = given.to ?? toRepliable(arrived.at(-1)?.from);
          // Whose number that is: whoever sent from it; else a guess.
          const sent = arrived.findLast(({ from }) => from === recipient) ?? arrived.at(-1);
          const account = accounts.get(sent?.apiKey ?? "") ?? accounts.values().next().value;
          if (account === undefined) return;
          await background.start(async (isWanted) => {
            for (const part of encodeInbound(account, number, recipient, given.text, now())) {
              await webhooks.send("inboundSms", account, part, isWanted);
            }
          });
        },
        answer: (uuid: string) => {
          const call = calls.find((one) => one.number === number && one.uuid === uuid);
          if (call === undefined)
            throw new ConversionError("invalid_options", "uuid is of no call that rang here");
          return call.heard;
        },
      });
    },
    forget: () => {
      messages.length = 0;
      calls.length = 0;
    },
  };
}

function toRepliable(sender: string | undefined): string {
  if (sender === undefined) {
    throw new ConversionError("invalid_options", "to must be given: no text has arrived here to reply to");
  }
  if (/^\d+$/.test(sender)) return sender;
  throw new ConversionError(
    "invalid_options",
    "to must be given: the last text came from a name, which takes no replies",
  );
}

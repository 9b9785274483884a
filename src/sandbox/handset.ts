// Users' phones: messages that arrived, and replies that their owners send.

import * as v from "valibot";
import { ConversionError } from "../client/errors.ts";
import { objectOf, required, text, validate } from "../shared/validation.ts";
import type { AcceptedText } from "./accepted-text.ts";
import type { SandboxAccount } from "./accounts.ts";
import type { Background } from "./background.ts";
import { encodeInbound } from "./inbound.ts";
import { readCode } from "./read-code.ts";
import type { Timeline } from "./timeline.ts";
import type { WebhookSender } from "./webhooks.ts";

/** A text that arrived. Parts are joined, as a phone does. */
export interface HandsetMessage {
  /** The number of the handset: E.164 digits without "+". */
  readonly number: string;
  /** The sender: a number or a name. */
  readonly from: string;
  /** The text; for a binary message, its body in hexadecimal digits. */
  readonly text: string;
  /** Vonage's message ids, one for each part. */
  readonly messageIds: readonly string[];
  /** Time of arrival, ISO 8601. */
  readonly arrivedAt: string;
  /** The API key of the account that sent it. */
  readonly apiKey: string;
}

/** A call that rang. */
export interface HandsetCall {
  /** The call id, to report to `/conversions/voice`. */
  readonly uuid: string;
  /** The number of the handset: E.164 digits without "+". */
  readonly number: string;
  readonly from: string;
  /** Time of the ringing, ISO 8601. */
  readonly startedAt: string;
  /** The spoken text, once; pauses are commas. */
  readonly heard: string;
  /** The language of the voice, if the request named one. */
  readonly language?: string | undefined;
  /** Number of times the text is spoken; 0 means until the user hangs up. */
  readonly loop: number;
}

/** One user's phone. */
export interface Handset {
  /** Lists the texts that arrived, oldest first. */
  inbox(): readonly HandsetMessage[];
  /** Lists the calls that rang, oldest first. */
  calls(): readonly HandsetCall[];
  /**
   * Reads the code in the newest text or call, as its owner does: the first 4 to 10 digits in a row. A call need not be
   * answered for it.
   *
   * @throws {ConversionError} `invalid_options`: nothing with a code has arrived here.
   *
   * @example
   * await twoFactor.check(id, sandbox.handset("+447400123456").code());
   */
  code(): string;
  /**
   * Replies to a text. Vonage sends a webhook for each part of the reply.
   *
   * @param text 1 to 1600 characters.
   * @param to Your virtual number or short code: 3 to 15 digits.
   * @default the sender of the last text
   * @returns A promise that resolves when the webhooks are acknowledged or given up.
   * @throws {ConversionError} `invalid_options`; also if `to` is missing and the last sender is a name, which cannot
   *   receive replies.
   *
   * @example
   * await sandbox.handset("447700900001").reply("1234");
   */
  reply(text: string, to?: string): Promise<void>;
  /**
   * Answers a call.
   *
   * @returns The spoken text without SSML, pauses as commas. A repeated text is returned once.
   * @throws {ConversionError} `invalid_options`: no call with this id rang on this phone.
   *
   * @example
   * const phone = sandbox.handset("447700900001");
   * const heard = phone.calls().map(({ uuid }) => phone.answer(uuid));
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
const numberSchema = objectOf({
  number: required(text("7 to 15 digits, with or without +", /^\+?[1-9]\d{6,14}$/)),
});
const replySchema = objectOf({
  text: required(text("1 to 1600 characters", /^.{1,1600}$/su)),
  to: v.optional(text("3 to 15 digits without +", /^\d{3,15}$/)),
});

/** Holds all handsets, with the last 1000 texts and the last 1000 calls. */
export function createHandsetStore(
  accounts: ReadonlyMap<string, SandboxAccount>,
  webhooks: WebhookSender,
  background: Background,
  onAnswer: (uuid: string) => void,
  { now, join }: Timeline,
): HandsetStore {
  const messages: HandsetMessage[] = [];
  const calls: HandsetCall[] = [];
  const codes: { readonly number: string; readonly code: string }[] = [];
  const keep = <T>(list: T[], one: T) => {
    list.push(one);
    if (list.length > MAX_KEPT) list.shift();
  };
  const keepCode = (number: string, content: string) => {
    const code = readCode(content);
    if (code !== undefined) keep(codes, { number, code });
  };
  return {
    receive: ({ to, from, text, messageIds, account }, at) => {
      keepCode(to, text);
      const arrivedAt = new Date(at).toISOString();
      keep(messages, { number: to, from, text, messageIds, arrivedAt, apiKey: account.apiKey });
    },
    ring: (call) => {
      keepCode(call.number, call.heard);
      keep(calls, call);
    },
    handset: (given) => {
      const number = validate(numberSchema, { number: given }, "invalid_options").number.replace("+", "");
      const inbox = () => messages.filter((one) => one.number === number);
      return Object.freeze({
        inbox,
        calls: () => calls.filter((one) => one.number === number),
        code: () => {
          const code = codes.findLast((one) => one.number === number)?.code;
          if (code !== undefined) return code;
          throw new ConversionError("invalid_options", "no text or call with a code has arrived here");
        },
        reply: async (text: string, to?: string) => {
          const given = validate(replySchema, { text, to }, "invalid_options");
          const arrived = inbox();
          const recipient = given.to ?? toRepliable(arrived.at(-1)?.from);
          // The recipient's account: the one that sent from this number. Otherwise guess.
          const last = arrived.findLast(({ from }) => from === recipient) ?? arrived.at(-1);
          const account = accounts.get(last?.apiKey ?? "") ?? accounts.values().next().value;
          if (account === undefined) return;
          const sent = background.start(async (isWanted) => {
            for (const part of encodeInbound(account, number, recipient, given.text, now())) {
              await webhooks.send("inboundSms", account, part, isWanted);
            }
          });
          await join(sent);
        },
        answer: (uuid: string) => {
          const call = calls.find((one) => one.number === number && one.uuid === uuid);
          if (call === undefined)
            throw new ConversionError("invalid_options", "no call with this uuid rang here");
          onAnswer(uuid);
          return call.heard;
        },
      });
    },
    forget: () => {
      messages.length = 0;
      calls.length = 0;
      codes.length = 0;
    },
  };
}

function toRepliable(sender: string | undefined): string {
  if (sender === undefined) {
    throw new ConversionError("invalid_options", "to is required: no text has arrived here to reply to");
  }
  if (/^\d+$/.test(sender)) return sender;
  throw new ConversionError(
    "invalid_options",
    "to is required: the last text came from a name, which cannot receive replies",
  );
}

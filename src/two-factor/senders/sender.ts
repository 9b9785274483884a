import type { Channel } from "../../wire/report.ts";
import type { TextSample, TextSize } from "./text-size.ts";

/** One code on its way to one user. */
export interface CodeMessage {
  /** E.164 digits without "+". */
  readonly to: string;
  /** Country of the number (ISO 3166 alpha-2); `undefined` for numbers of no country. */
  readonly country: string | undefined;
  /** Digits. */
  readonly code: string;
  /** The name of your service, as the user knows it. */
  readonly brand: string;
  /** The user's language as a BCP 47 tag, such as `de` or `pt-BR`; English is the fallback. */
  readonly locale: string;
  /** Returned in delivery receipts; up to 40 characters. */
  readonly clientRef: string;
  /** Seconds for which the code is valid. */
  readonly lifetime: number;
  /** Origin of the page that asks. The text then ends with its host and the code, for autofill. */
  readonly origin?: string | undefined;
  /** Hash of the Android app that asks, for autofill. */
  readonly androidAppHash?: string | undefined;
}

/** A code that Vonage has accepted. */
export interface SentCode {
  /** Vonage's ids, one for each part of a long text. The first one is reported. */
  readonly messageIds: readonly [string, ...string[]];
  /**
   * MCCMNC of the user's network, for Insight.
   *
   * @default the receipt's
   */
  readonly network?: string;
  /**
   * Price of all parts in EUR, for Insight.
   *
   * @default the receipt's
   */
  readonly price?: number;
}

/**
 * Sends codes by one channel. Write your own to send by another way.
 *
 * @example
 * const sender: CodeSender = {
 *   channel: "sms",
 *   async send({ to, brand, code }) {
 *     const { id } = await gateway.send(to, `${code} is your ${brand} code.`);
 *     return { messageIds: [id] };
 *   },
 * };
 */
export interface CodeSender {
  readonly channel: Channel;
  /**
   * Sends a code, at most once: a message that may have gone out is never repeated.
   *
   * @throws {SendError} See `SendErrorCode`.
   */
  send(message: CodeMessage): Promise<SentCode>;
  /**
   * Returns false for a number that this sender does not serve. Called before anything is counted or stored.
   *
   * @default every number is served
   *
   * @example
   * // A gateway for Germany alone.
   * const sender: CodeSender = { channel: "sms", send, reaches: ({ country }) => country === "DE" };
   */
  reaches?(destination: Pick<CodeMessage, "to" | "country">): boolean;
  /** Encoding and length of the operator's own texts, for `doctor`. */
  measureTexts?(sample: TextSample): readonly TextSize[];
  /**
   * Returns a fault that would stop every message, if it shows without sending. `doctor` shows the sentence to the
   * operator, so it must not contain a secret.
   *
   * @default no fault is found
   *
   * @example
   * const sender: CodeSender = {
   *   channel: "sms",
   *   send,
   *   findFault: async () => ((await gateway.ping()) ? undefined : "the gateway refuses GATEWAY_KEY"),
   * };
   */
  findFault?(): Promise<string | undefined>;
}

import type { Channel } from "../../wire/report.ts";
import type { TextSample, TextSize } from "./text-size.ts";

/** One code on its way to one user. */
export interface CodeMessage {
  /** E.164 digits without "+". */
  readonly to: string;
  /** Where the number is at home (ISO 3166 alpha-2); `undefined` for numbers of no country. */
  readonly country: string | undefined;
  /** Digits. */
  readonly code: string;
  /** Who asks for the code, as the user knows it. */
  readonly brand: string;
  /** The user's language as a BCP 47 tag, such as `de` or `pt-BR`; English where there is no text in it. */
  readonly locale: string;
  /** Comes back in delivery receipts; up to 40 characters. */
  readonly clientRef: string;
  /** How long the code is valid, in seconds. */
  readonly lifetime: number;
  /** The page that asks, as an origin: a text then ends with its host and the code, for autofill. */
  readonly origin?: string | undefined;
  /** The hash of the Android app that asks, likewise. */
  readonly androidAppHash?: string | undefined;
}

/** A code that Vonage has taken. */
export interface SentCode {
  /** Vonage's ids. Several parts of a long text are one message: the first is the one that is reported. */
  readonly messageIds: readonly [string, ...string[]];
}

/** One way to bring a code to its user. */
export interface CodeSender {
  readonly channel: Channel;
  /**
   * Sends a code, at most once: what may have gone out is never repeated.
   *
   * @throws {SendError} See `SendErrorCode`.
   */
  send(message: CodeMessage): Promise<SentCode>;
  /**
   * Whether it sends to such a number at all; asked before anything is counted or stored.
   *
   * @default it does
   */
  reaches?(destination: Pick<CodeMessage, "to" | "country">): boolean;
  /** How the texts go out that the operator wrote: shown by `doctor`. */
  measureTexts?(sample: TextSample): readonly TextSize[];
  /**
   * Says what would keep every message from going out, as far as that shows without sending; `undefined` where nothing
   * does. `doctor` asks, and shows the sentence to the operator: no secret belongs in it.
   */
  findFault?(): Promise<string | undefined>;
}

import type { SandboxAccount } from "./accounts.ts";

/** A text that Vonage has accepted. */
export interface AcceptedText {
  readonly account: SandboxAccount;
  readonly from: string;
  readonly to: string;
  /** The text as a handset shows it. */
  readonly text: string;
  /** One id for each part. */
  readonly messageIds: readonly string[];
  readonly clientRef?: string | undefined;
  /** Overrides the account's address for receipts. */
  readonly callback?: string | undefined;
  readonly wantsReceipt: boolean;
  /** Milliseconds until the text expires. */
  readonly ttl: number;
}

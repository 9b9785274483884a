import type { SandboxAccount } from "./accounts.ts";

/** A text that Vonage has taken on. */
export interface AcceptedText {
  readonly account: SandboxAccount;
  readonly from: string;
  readonly to: string;
  /** As a handset will show it. */
  readonly text: string;
  /** One for each part. */
  readonly messageIds: readonly string[];
  readonly clientRef?: string | undefined;
  /** Where receipts go in place of the account's address. */
  readonly callback?: string | undefined;
  readonly wantsReceipt: boolean;
  /** Milliseconds after which it is given up. */
  readonly ttl: number;
}

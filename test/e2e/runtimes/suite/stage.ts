// The addresses and data that the driver prepared for a runtime. They are compiled into the suite, because the runtimes
// have no common way to take arguments.

import type { TokenSecret } from "vonage-conversion/token";

/** A webhook with a valid signature by one method. */
export interface SignedWebhook {
  readonly method: "md5hash" | "md5" | "sha1" | "sha256" | "sha512";
  readonly signatureSecret: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface Stage {
  /** The sandbox, over HTTP. */
  readonly vonage: string;
  /** The Worker, with ledger and workflow. */
  readonly worker: string;
  /** A URL at which no server listens. */
  readonly nowhere: string;
  /** Reads each POST and then breaks its connection. A GET returns how many there were. */
  readonly breaking: string;
  readonly proxyKey: string;
  readonly tokenSecret: TokenSecret;
  /** A unique user's number: E.164 digits. */
  readonly number: string;
  /** The same webhook, signed by all five methods. */
  readonly webhooks: readonly SignedWebhook[];
}

declare const STAGE: Stage;

export const stage: Stage = STAGE;

// What the driver has set up for a runtime and tells it of. It is compiled into the suite, since the runtimes have
// no way in common to be told anything.

import type { TokenSecret } from "vonage-conversion/token";

/** A webhook with its right signature by one method. */
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
  /** Where nobody listens. */
  readonly nowhere: string;
  /** Breaks the connection of each POST, once it has read it; a GET is told how many there were. */
  readonly breaking: string;
  readonly proxyKey: string;
  readonly tokenSecret: TokenSecret;
  /** A user's number that nobody else has: E.164 digits. */
  readonly number: string;
  /** The same webhook, signed by all five methods. */
  readonly webhooks: readonly SignedWebhook[];
}

declare const STAGE: Stage;

export const stage: Stage = STAGE;

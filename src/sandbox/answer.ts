import type { Parameters } from "../wire/parameters.ts";
import type { SandboxAccount } from "./accounts.ts";
import type { Throttled } from "./limit.ts";

/** The answer of one of Vonage's interfaces, before any fault strikes. */
export interface VonageAnswer {
  readonly response: Response;
  /** Carries out a valid request. Skipped if a fault prevents it. */
  readonly effect?: (() => void) | undefined;
  /** The request's parameters, for the log of exchanges. */
  readonly parameters: Parameters;
  /** The ids of the messages or the call that the answer names. */
  readonly messageIds?: readonly string[] | undefined;
  /** The carrier that the router chose for a text. */
  readonly carrier?: string | undefined;
  /** The outcome, where the HTTP status does not show it. */
  readonly note?: string | undefined;
}

/** The context of a request, common to all interfaces. */
export interface Circumstances {
  readonly accounts: ReadonlyMap<string, SandboxAccount>;
  /** Counts an authenticated request against the rate limit before it is validated. Returns a refusal if over it. */
  readonly refuse: (apiKey: string) => Throttled | undefined;
  /** Time of arrival, in epoch milliseconds. */
  readonly now: number;
}

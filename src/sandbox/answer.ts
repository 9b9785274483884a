import type { Parameters } from "../wire/parameters.ts";
import type { SandboxAccount } from "./accounts.ts";
import type { Throttled } from "./limit.ts";

/** How one of Vonage's interfaces answers a request, before any fault strikes. */
export interface VonageAnswer {
  readonly response: Response;
  /** What the request asked for: done where it was good, and no fault came between. */
  readonly effect?: (() => void) | undefined;
  /** The request's parameters, for the log of exchanges. */
  readonly parameters: Parameters;
  /** What came of it, where the HTTP status does not say. */
  readonly note?: string | undefined;
}

/** What a request meets with, whichever interface it is for. */
export interface Circumstances {
  readonly accounts: ReadonlyMap<string, SandboxAccount>;
  /** Hears of every authenticated request before it is looked at further: an answer is a refusal. */
  readonly refuse: (apiKey: string) => Throttled | undefined;
  /** When it arrived, in epoch milliseconds. */
  readonly now: number;
}

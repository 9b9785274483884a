import type { Parameters } from "../wire/parameters.ts";

/** One HTTP exchange of the simulated Vonage. */
export interface SandboxExchange {
  /** A number from 1, in the order in which exchanges ended. */
  readonly seq: number;
  /** Time of its beginning, ISO 8601. */
  readonly at: string;
  /** The side that sent the request: a client of Vonage, or Vonage with a webhook. */
  readonly from: "client" | "vonage";
  readonly method: string;
  /** The path without its query. */
  readonly path: string;
  /** The status of the answer. 0 if there was none: the connection failed or broke. */
  readonly status: number;
  /** The parameters of query and body, without secrets and signatures. Texts and codes are included. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The outcome, where the status does not show it. */
  readonly note?: string | undefined;
  /**
   * The ids that the answer gave to the parts of a text, or to a call. Reports and receipts about it name them in their
   * parameters.
   */
  readonly messageIds?: readonly string[] | undefined;
  /** The carrier that the router chose for a text; see `SandboxOptions.carriers`. */
  readonly carrier?: string | undefined;
}

export interface ExchangeLog {
  add(
    exchange: Omit<SandboxExchange, "seq" | "at" | "parameters"> & { at: number; parameters: Parameters },
  ): void;
  /** Lists exchanges with a higher `seq`, oldest first. */
  since(seq: number): readonly SandboxExchange[];
  forget(): void;
}

/** The note of an exchange that a fault struck. */
export const FAULT_NOTE = "a fault";
/** The same, where the request took effect. */
export const RECORDED_FAULT_NOTE = "a fault; the request took effect";

const MAX_EXCHANGES = 1000;
const SECRET_NAMES = new Set(["api_secret", "sig", "authorization", "token"]);

/** Keeps the last 1000 exchanges. Numbering continues after `forget`, so readers that poll by `seq` miss nothing. */
export function createExchangeLog(): ExchangeLog {
  const exchanges: SandboxExchange[] = [];
  let last = 0;
  return {
    add: ({ at, parameters, ...exchange }) => {
      exchanges.push({
        seq: ++last,
        at: new Date(at).toISOString(),
        ...exchange,
        parameters: withoutSecrets(parameters),
      });
      if (exchanges.length > MAX_EXCHANGES) exchanges.shift();
    },
    since: (seq) => exchanges.filter((one) => one.seq > seq),
    forget: () => {
      exchanges.length = 0;
    },
  };
}

function withoutSecrets(parameters: Parameters): Readonly<Record<string, string>> {
  return Object.fromEntries([...parameters].filter(([name]) => !SECRET_NAMES.has(name.toLowerCase())));
}

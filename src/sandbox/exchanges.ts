import type { Parameters } from "../wire/parameters.ts";

/** One HTTP exchange at Vonage's side. */
export interface SandboxExchange {
  /** From 1, in the order in which they ended. */
  readonly seq: number;
  /** When it began, ISO 8601. */
  readonly at: string;
  /** Who asked: a client of Vonage's, or Vonage, which sent a webhook. */
  readonly from: "client" | "vonage";
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** What was answered; 0: nothing, the connection broke or could not be made. */
  readonly status: number;
  /** From query and body. Without secrets and signatures, but with texts and codes: it is a sandbox. */
  readonly parameters: Readonly<Record<string, string>>;
  /** What the status alone does not say. */
  readonly note?: string | undefined;
}

export interface ExchangeLog {
  add(
    exchange: Omit<SandboxExchange, "seq" | "at" | "parameters"> & { at: number; parameters: Parameters },
  ): void;
  /** Those with a higher `seq`, oldest first. */
  since(seq: number): readonly SandboxExchange[];
  forget(): void;
}

const MAX_EXCHANGES = 1000;
const SECRET_NAMES = new Set(["api_secret", "sig", "authorization", "token"]);

/** Keeps the last 1000 exchanges. Numbers go on after it has forgotten, so that nobody waits for them in vain. */
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

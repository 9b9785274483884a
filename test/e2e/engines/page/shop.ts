// The script of a shop's page, bundled as a shop would, with the package from its published files. The tests call the
// functions of `shop`, which take and return plain data.

import type {
  ConversionErrorCode,
  ConversionReport,
  ConversionResult,
  RetryOptions,
} from "../../../../dist/index.mjs";

// Loaded on demand, so that new globals can be told from those that existed before.
const library = () => import("../../../../dist/index.mjs");

// An unload handler keeps the page out of the back/forward cache, so that leaving ends its requests.
addEventListener("unload", () => {});

/** The line of docs/reporting.md for pages without the library. `bundleShop` puts it here. */
declare const sendReadmeBeacon: (endpoint: string, id: string, token: string) => boolean;

/** The data that a page gets to report one message. */
export interface Ticket {
  readonly endpoint: string;
  readonly token: string;
  readonly messageId: string;
}

export interface Attempting {
  /** Milliseconds. */
  readonly timeout?: number;
  readonly retry?: RetryOptions | false;
}

/** The result of a report, as the page saw it. */
export interface Outcome {
  readonly result?: ConversionResult;
  readonly error?: {
    readonly code: ConversionErrorCode;
    readonly status?: number;
    readonly attempts: number;
    readonly retryable: boolean;
    readonly retryAfter?: number;
  };
  /** Everything that a page could log about the error. */
  readonly texts?: readonly string[];
  /** Milliseconds. */
  readonly took: number;
}

export type Farewell = "client" | "beacon" | "plain fetch";

const toReport = ({ messageId }: Ticket): ConversionReport => ({ messageId, delivered: true });

const shop = {
  /** Reports that the user came back. With `abortAfter`, aborts the report after so many milliseconds. */
  async report(ticket: Ticket, attempting: Attempting = {}, abortAfter?: number): Promise<Outcome> {
    const { createConversionClient, isConversionError } = await library();
    const { endpoint, token } = ticket;
    const client = createConversionClient({ endpoint, token, retry: false, ...attempting });
    const controller = new AbortController();
    if (abortAfter !== undefined) setTimeout(() => controller.abort(), abortAfter);
    const started = performance.now();
    const took = () => performance.now() - started;
    try {
      return { result: await client.sms(toReport(ticket), { signal: controller.signal }), took: took() };
    } catch (error) {
      if (!isConversionError(error)) throw error;
      const { code, status, attempts, retryable, retryAfter, stack = "" } = error;
      return {
        error: {
          code,
          attempts,
          retryable,
          ...(status !== undefined && { status }),
          ...(retryAfter !== undefined && { retryAfter }),
        },
        texts: [String(error), stack, String(error.cause), JSON.stringify(error)],
        took: took(),
      };
    }
  },

  /** Makes the same report many times, one after the other. */
  async reportOften(ticket: Ticket, times: number): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    while (outcomes.length < times) outcomes.push(await shop.report(ticket));
    return outcomes;
  },

  /** Reports, and leaves for another page `after` milliseconds without waiting for the answer. 0 leaves at once. */
  async leave(how: Farewell, ticket: Ticket, to: string, after: number): Promise<void> {
    const { createConversionClient } = await library();
    const { endpoint, token, messageId } = ticket;
    if (how === "client") createConversionClient({ endpoint, token }).sms(toReport(ticket));
    if (how === "beacon") sendReadmeBeacon(endpoint, messageId, token);
    if (how === "plain fetch") {
      const body = new URLSearchParams({ "message-id": messageId, delivered: "true", token });
      fetch(`${endpoint}/conversions/sms`, { method: "POST", body });
    }
    if (after > 0) await new Promise((resolve) => setTimeout(resolve, after));
    location.assign(to);
  },

  /** Reports, and resolves to the global names that appeared since the package was loaded. */
  async addedGlobals(ticket: Ticket): Promise<string[]> {
    const before = new Set(Reflect.ownKeys(globalThis));
    await shop.report(ticket);
    const added = Reflect.ownKeys(globalThis).filter((name) => !before.has(name));
    return added.map(String);
  },
};

export type Shop = typeof shop;

Object.assign(globalThis, { shop });

// Everything but the browser: a shop's page, the Worker behind a recording proxy, and the sandbox for Vonage.

import { vi } from "vitest";
import type { RecordedReport } from "../../../src/sandbox/index.ts";
import { mintReportToken } from "../../../src/token/index.ts";
import { findFreePort } from "../../support/free-port.ts";
import { startLocalStack, TOKEN_SECRET } from "../../support/local-stack.ts";
import type { Ticket } from "./page/shop.ts";
import { type PageServer, startPageServer } from "./page-server.ts";
import { type RecordingProxy, startRecordingProxy } from "./recording-proxy.ts";

const TOKEN_LIFETIME_S = 600;

export interface ShopStack {
  /** Its origin is among the Worker's `ALLOWED_ORIGINS`. */
  readonly shop: PageServer;
  /** The same page at an origin that is not allowed. */
  readonly stranger: PageServer;
  readonly proxy: RecordingProxy;
  /** An endpoint at which nothing listens. */
  readonly deadEndpoint: string;
  /** Makes the data that a page needs to report a new message. */
  issue(changes?: Partial<Ticket>): Promise<Ticket>;
  /** The same with an expired token. */
  issueExpired(): Promise<Ticket>;
  /** Resolves to the reports that Vonage has recorded for this message. */
  recorded(ticket: Ticket): Promise<RecordedReport[]>;
  stop(): Promise<void>;
}

/** @param prefix The beginning of message ids. */
export async function startShopStack(prefix: string): Promise<ShopStack> {
  const deadEndpoint = `http://127.0.0.1:${await findFreePort()}`;
  const policy: { connectTo: string[] } = { connectTo: [deadEndpoint] };
  const [shop, stranger] = [await startPageServer(policy), await startPageServer(policy)];
  const stack = await startLocalStack({ ALLOWED_ORIGINS: shop.origin }, { withLedger: true });
  const proxy = await startRecordingProxy(stack.worker.url);
  policy.connectTo.push(proxy.url);
  let messages = 0;
  const issue = async (changes: Partial<Ticket> = {}) => {
    const messageId = `${prefix}-message-${++messages}`;
    const options = { secret: TOKEN_SECRET, expiresIn: TOKEN_LIFETIME_S };
    const token = await mintReportToken({ messageId, channel: "sms" }, options);
    return { endpoint: proxy.url, token, messageId, ...changes };
  };
  return {
    shop,
    stranger,
    proxy,
    deadEndpoint,
    issue,
    issueExpired: async () => {
      vi.setSystemTime(Date.now() - 2 * TOKEN_LIFETIME_S * 1000);
      try {
        return await issue();
      } finally {
        vi.useRealTimers();
      }
    },
    recorded: async ({ messageId }) =>
      (await stack.sandbox.reports()).filter((report) => report.messageId === messageId),
    stop: async () => {
      await Promise.all([shop.stop(), stranger.stop(), proxy.stop(), stack.stop()]);
    },
  };
}

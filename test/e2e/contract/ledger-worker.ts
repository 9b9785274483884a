// A Worker with its ledger on workerd, and the calls that the tests make.

import { expect } from "vitest";
import { type RunningWorker, startOnWorkerd } from "../../../adapters/playground/workerd.ts";
import { ADMIN_KEY, bindingsFor, OTHER_PROXY_KEY, PROXY_KEY } from "../../support/local-stack.ts";

export const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
export const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
});
export const BY_SHOP = bearer(PROXY_KEY.key);
export const BY_ALERTS = bearer(OTHER_PROXY_KEY.key);
export const BY_ADMIN = bearer(ADMIN_KEY.key);
export const AS_JSON = { accept: "application/json" };

/**
 * Enough shards that each message of a test has its own: an answer of Vonage opens or closes the circuit breaker of that
 * shard only. The shard of an id never changes.
 */
export const A_SHARD_EACH = "1024";

export interface LedgerWorker extends RunningWorker {
  /** The lines of its console. */
  readonly logs: string[];
}

/** Starts it on Miniflare. `bindings` override single settings of a complete configuration. */
export async function startLedgerWorker(
  url: string,
  bindings: Readonly<Record<string, string>> = {},
): Promise<LedgerWorker> {
  const logs: string[] = [];
  const worker = await startOnWorkerd({
    config: "wrangler.toml",
    bindings: { ...bindingsFor(url), ...bindings },
    onLog: (line) => logs.push(line),
  });
  return { ...worker, logs };
}

/** An answer, read. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed JSON, or else an empty object. Each test checks the members that it needs. */
  readonly body: ReturnType<typeof JSON.parse>;
}

/** The parameters of a report or a tracked message. */
export type Parameters = Readonly<Record<string, string>>;

/** Makes the calls of one Worker. */
export function callsOf({ url }: { readonly url: string }) {
  const call = async (path: string, init: RequestInit = {}): Promise<Answered> => {
    const response = await fetch(url + path, init);
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json");
    const { status, headers } = response;
    return { status, headers, text, body: isJson ? JSON.parse(text) : {} };
  };
  const post = (path: string, headers: Parameters, parameters: Parameters) =>
    call(path, { method: "POST", headers, body: new URLSearchParams(parameters) });
  return {
    call,
    /** Reports by form. By default it has a proxy key for 2FA and accepts JSON. */
    report: (
      messageId: string,
      delivered: boolean,
      { channel = "sms", headers = { ...BY_SHOP, ...AS_JSON } as Parameters, ...more }: ReportOptions = {},
    ) =>
      post(`/conversions/${channel}`, headers, {
        "message-id": messageId,
        delivered: String(delivered),
        ...(more.timestamp && { timestamp: more.timestamp }),
      }),
    /** Tracks by form. */
    track: (parameters: Parameters, headers: Parameters = BY_SHOP) =>
      post("/messages", headers, { channel: "sms", ...parameters }),
    /** Tracks by JSON, with any body. */
    trackJson: (body: unknown, headers: Parameters = BY_SHOP) =>
      call("/messages", {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    /** Looks, as the operator. */
    look: (path: string, headers: Parameters = BY_ADMIN) => call(path, { headers }),
    /** Reads all pages. */
    list: async (state: string, limit = 500) => {
      const pages: Answered["body"][][] = [];
      for (let cursor = ""; ; ) {
        const path = `/reports?state=${state}&limit=${limit}${cursor && `&cursor=${cursor}`}`;
        const { status, body } = await call(path, { headers: BY_ADMIN });
        expect(status).toBe(200);
        pages.push(body.reports);
        if (body.cursor === undefined) return pages;
        ({ cursor } = body);
      }
    },
    retry: (channel: string, messageId: string, headers: Parameters = BY_ADMIN) =>
      call(`/reports/${channel}/${encodeURIComponent(messageId)}/retry`, { method: "POST", headers }),
  };
}

export interface ReportOptions {
  readonly channel?: "sms" | "voice";
  readonly timestamp?: string;
  readonly headers?: Parameters;
}

/** Returns the name of a problem. Expects a problem document with the status of the answer. */
export function problemOf({ status, headers, body }: Answered): string {
  expect(headers.get("content-type")).toBe("application/problem+json");
  expect(body.status).toBe(status);
  return body.type.replace("urn:problem:vonage-conversion:", "");
}

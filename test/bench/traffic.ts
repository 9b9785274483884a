// The requests to Workers.

import { mintReportToken } from "../../src/token/index.ts";
import { PROXY_KEY, TOKEN_SECRET } from "../support/local-stack.ts";
import { load } from "./load.ts";
import { processorTime } from "./processor-time.ts";
import type { Sample } from "./side-by-side.ts";
import type { RunningBenchWorker } from "./workerd.ts";

export interface Traffic {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Returns the body of the next request: always the same, or a new one. */
  readonly body: string | (() => string);
  /**
   * The status of each answer.
   *
   * @default 200
   */
  readonly status?: number;
}

const path = "/conversions/sms";
const form = { "content-type": "application/x-www-form-urlencoded" };
const withKey = { ...form, authorization: `Basic ${btoa(`${PROXY_KEY.name}:${PROXY_KEY.key}`)}` };
const message = { messageId: "0A0000000123ABCD1", channel: "sms" } as const;
const report = `message-id=${message.messageId}&delivered=true`;
const token = await mintReportToken(message, { secret: TOKEN_SECRET, expiresIn: 86_400 });

/** Ids of this run are new to every ledger. A known id would be a duplicate, which costs almost nothing. */
const run = Date.now().toString(16).toUpperCase();
let made = 0;
const nextReport = () => `message-id=${run}${(made++).toString(16).padStart(9, "0")}&delivered=true`;

/** In six countries, with ten networks each. */
const nextTracked = () => {
  const at = made++;
  const country = ["GB", "DE", "FR", "US", "PK", "IN"][at % 6];
  return `messageId=${run}${at.toString(16).padStart(9, "0")}&channel=sms&country=${country}&network=2340${at % 10}&price=0.0333`;
};

export const TRAFFIC = {
  key: { path, headers: withKey, body: report },
  token: { path, headers: form, body: `${report}&token=${token}` },
  /** Reports with a proxy key, each about another message. */
  new: { path, headers: withKey, body: nextReport },
  /** Messages that were sent elsewhere, each a new one. */
  tracked: { path: "/messages", headers: withKey, body: nextTracked, status: 201 },
} as const satisfies Record<string, Traffic>;

/** Sends as much as a Worker takes, for some seconds. */
export async function measureWorker(
  { url, pid }: RunningBenchWorker,
  { path, headers, body, status = 200 }: Traffic,
  seconds = 0.3,
): Promise<Sample> {
  const before = processorTime(pid);
  const { requests, ...result } = await load(url, path, headers, body, seconds, { status });
  return { ...result, microseconds: (processorTime(pid) - before) / requests };
}

// A Worker's operator routes on a real HTTP server that records its requests.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export const ADMIN_KEY = "canary-admin-key-0123456789abcdef0123456789";

export interface Asked {
  readonly method: string;
  /** Path and query as they were sent. */
  readonly target: string;
  readonly authorization: string | undefined;
}

/** A route returns JSON with a status, or writes its own answer. */
export type Route = (
  asked: Asked,
  raw: { readonly request: IncomingMessage; readonly response: ServerResponse },
) => readonly [status: number, body: unknown] | undefined | Promise<readonly [number, unknown] | undefined>;

export const problem = (name: string, status: number, title: string, more: object = {}) =>
  [status, { type: `urn:problem:vonage-conversion:${name}`, title, status, ...more }] as const;

export const HEALTH = { status: "ok", traffic: ["2fa"], callers: ["token", "key"], ledger: { shards: 16 } };
export const STATS = {
  shards: 16,
  reports: { tracking: 3, sending: 0, queued: 12, recorded: 1042, dead: 2, unreadable: 0 },
  counts: [
    { traffic: "2fa", channel: "sms", state: "recorded", reports: 1042, attempts: 1100 },
    { traffic: "other", channel: "voice", state: "dead", reports: 2, attempts: 36 },
  ],
  oldestWaiting: "2026-11-23T09:55:00.000Z",
  gates: [
    {
      shard: 3,
      traffic: "2fa",
      cause: "not_enabled",
      since: "2026-11-23T11:59:20.000Z",
      nextProbeAt: "2026-11-23T12:14:20.000Z",
      perSecond: null,
    },
  ],
};
/** The instant from which the ages in the tests are counted. */
export const NOW = Date.parse("2026-11-23T12:00:00Z");

export const deadReport = (messageId: string, more: object = {}) => ({
  channel: "sms",
  messageId,
  traffic: "2fa",
  state: "dead",
  delivered: true,
  occurredAt: "2026-11-22T10:00:00.000Z",
  nextAt: "2026-12-22T10:00:00.000Z",
  since: "2026-11-23T10:00:00.000Z",
  attempts: 18,
  reason: "unavailable",
  ...more,
});

/** Routes by method and path; any other answers 404. All but /health require the key. */
export async function startOperatorServer(routes: Readonly<Record<string, Route>>) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const { method = "", url = "", headers } = request;
    const one = { method, target: url, authorization: headers.authorization };
    asked.push(one);
    const path = url.replace(/\?.*/, "").replace(/^\/reports\/.*\/retry$/, "/reports/:name/retry");
    const route = routes[`${method} ${path}`];
    const refused = path !== "/health" && headers.authorization !== `Bearer ${ADMIN_KEY}`;
    const answer = refused
      ? problem("unauthenticated", 401, "A valid admin key is needed")
      : route === undefined
        ? problem("not-found", 404, "There is nothing here")
        : await route(one, { request, response });
    if (answer === undefined) return;
    const [status, body] = answer;
    const type = status < 400 ? "application/json" : "application/problem+json";
    response.writeHead(status, { "content-type": type }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    asked,
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

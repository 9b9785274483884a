// The sandbox on a Node server in the test's process, so that tests can inspect it and switch it off.

import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createSandbox, type Sandbox } from "../../src/sandbox/index.ts";
import { findFreePort } from "./free-port.ts";

/** A request for the Conversion API. */
export interface Hit {
  /** When it came in, epoch milliseconds. */
  readonly at: number;
  /** When it was answered or its connection broke. */
  readonly endedAt: number;
  /** Its message, as `channel id`. */
  readonly message: string;
  /** The status of the answer; 0 if the connection broke. */
  readonly status: number;
}

export interface SandboxServer {
  /** Without a trailing slash. */
  readonly url: string;
  readonly port: number;
  readonly sandbox: Sandbox;
  /** Every finished request for `/conversions/…`, in the order in which they ended. */
  readonly hits: readonly Hit[];
  /** Breaks all connections and refuses new ones. Requests in progress become hits. */
  close(): Promise<void>;
  /** Listens again, on the same port. */
  open(): Promise<void>;
}

export interface SandboxServerOptions {
  /** @default a free one */
  readonly port?: number;
  /**
   * The sandbox's clock.
   *
   * @default Date.now
   */
  readonly now?: () => number;
}

/** Starts a sandbox on 127.0.0.1 that forgets nothing. */
export async function startSandboxServer(options: SandboxServerOptions = {}): Promise<SandboxServer> {
  const { port = await findFreePort(), now = Date.now } = options;
  const url = `http://127.0.0.1:${port}`;
  const sandbox = createSandbox({ maxReports: 1_000_000, now });
  const hits: Hit[] = [];
  const underWay = new Set<Promise<void>>();
  const server = createServer((incoming, outgoing) => {
    const at = Date.now();
    const ended = answer(sandbox, url, incoming, outgoing).then(({ status, body }) => {
      const endedAt = Date.now();
      const [, channel, query = ""] = /^\/conversions\/(\w+)(?:\?(.*))?$/.exec(incoming.url ?? "") ?? [];
      if (channel !== undefined) {
        const id = new URLSearchParams(`${query}&${body}`).get("message-id");
        hits.push({ at, endedAt, message: `${channel} ${id}`, status });
      }
      underWay.delete(ended);
    });
    underWay.add(ended);
  });
  // A server that closes idle connections may break one just as a caller reuses it.
  server.keepAliveTimeout = 0;
  const open = async () => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  };
  await open();
  return {
    url,
    port,
    sandbox,
    hits,
    close: async () => {
      // If it is closed already this reports an error, which does not matter.
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await Promise.all(underWay);
    },
    open,
  };
}

/** Counts the most requests within any second. */
export function peakPerSecond(hits: readonly Hit[]): number {
  const times = hits.map(({ at }) => at).sort((a, b) => a - b);
  let first = 0;
  let peak = 0;
  for (const [last, at] of times.entries()) {
    while (at - (times[first] ?? at) >= 1000) first++;
    peak = Math.max(peak, last - first + 1);
  }
  return peak;
}

/** Lets the sandbox answer. Returns the status, or 0 if either side broke the connection before. */
async function answer(
  sandbox: Sandbox,
  url: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<{ readonly status: number; readonly body: Buffer }> {
  const gone = new AbortController();
  outgoing.once("close", () => gone.abort());
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of incoming) chunks.push(chunk);
    const headers = new Headers();
    for (const [name, values] of Object.entries(incoming.headersDistinct)) {
      for (const value of values ?? []) headers.append(name, value);
    }
    const { method = "GET" } = incoming;
    const body = Buffer.concat(chunks);
    const response = await sandbox.fetch(url + incoming.url, {
      method,
      headers,
      body: method === "GET" || method === "HEAD" ? null : body,
      signal: gone.signal,
    });
    const content = Buffer.from(await response.arrayBuffer());
    if (outgoing.destroyed) return { status: 0, body };
    outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(content);
    return { status: response.status, body };
  } catch {
    incoming.socket.destroy();
    return { status: 0, body: Buffer.concat(chunks) };
  }
}

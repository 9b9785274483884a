import { connect, type Socket } from "node:net";

export interface LoadResult {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/**
 * Sends the same request over some connections, each waiting for its answer before the next, as fast as they are
 * answered. Written on bare sockets, since an HTTP client would cost as much as what is measured.
 *
 * @throws {Error} on any status but 200.
 */
export async function load(
  url: string,
  path: string,
  headers: Record<string, string>,
  body: string,
  seconds: number,
  connections = 32,
): Promise<LoadResult> {
  const { hostname, port, host } = new URL(url);
  const lines = Object.entries({ host, "content-length": String(body.length), ...headers });
  const request = `POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${body}`;
  const latencies: number[] = [];
  const end = performance.now() + seconds * 1000;

  const run = () =>
    new Promise<void>((resolve, reject) => {
      let started = 0;
      let received = "";
      const socket: Socket = connect(Number(port), hostname, next);
      socket.setNoDelay(true);
      socket.on("error", reject);
      socket.on("data", (chunk) => {
        received += chunk.toString("latin1");
        const head = received.indexOf("\r\n\r\n");
        if (head < 0) return;
        const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
        if (received.length < head + 4 + length) return;
        if (!received.startsWith("HTTP/1.1 200")) reject(new Error(received.slice(0, 500)));
        latencies.push(performance.now() - started);
        next();
      });
      function next() {
        received = "";
        if (performance.now() >= end) {
          socket.end();
          resolve();
          return;
        }
        started = performance.now();
        socket.write(request);
      }
    });
  const started = performance.now();
  await Promise.all(Array.from({ length: connections }, run));
  const elapsed = (performance.now() - started) / 1000;
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? Number.NaN;
  return { perSecond: latencies.length / elapsed, p50: at(0.5), p99: at(0.99) };
}

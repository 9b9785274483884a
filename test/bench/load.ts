import { connect, type Socket } from "node:net";

export interface LoadResult {
  /** The number of answered requests. */
  readonly requests: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
}

/**
 * Sends requests over some connections, each as soon as the previous one is answered. `path` and `body` may be
 * functions that make a new value for each request. Uses bare sockets, because an HTTP client would cost as much as the
 * Worker.
 *
 * @throws {Error} on any other status.
 */
export async function load(
  url: string,
  path: string | (() => string),
  headers: Readonly<Record<string, string>>,
  body: string | (() => string),
  seconds: number,
  { connections = 32, status = 200 } = {},
): Promise<LoadResult> {
  const { hostname, port, host } = new URL(url);
  const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  const tail = lines.join("");
  const of = (given: string | (() => string)) => (typeof given === "string" ? given : given());
  const write = (text: string) =>
    `POST ${of(path)} HTTP/1.1\r\n${tail}content-length: ${text.length}\r\n\r\n${text}`;
  const isSame = typeof body === "string" && typeof path === "string";
  const same = isSame ? write(of(body)) : "";
  const next = isSame ? () => same : () => write(of(body));
  const latencies: number[] = [];
  const stopAt = performance.now() + seconds * 1000;

  const run = () =>
    new Promise<void>((resolve, reject) => {
      let started = 0;
      let received = "";
      const socket: Socket = connect(Number(port), hostname, send);
      socket.setNoDelay(true);
      socket.on("error", reject);
      socket.on("data", (chunk) => {
        received += chunk.toString("latin1");
        const end = received.indexOf("\r\n\r\n");
        if (end < 0) return;
        const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
        if (received.length < end + 4 + length) return;
        if (!received.startsWith(`HTTP/1.1 ${status}`)) reject(new Error(received.slice(0, 500)));
        latencies.push(performance.now() - started);
        send();
      });
      function send() {
        received = "";
        if (performance.now() >= stopAt) {
          socket.end();
          resolve();
          return;
        }
        started = performance.now();
        socket.write(next());
      }
    });
  const started = performance.now();
  await Promise.all(Array.from({ length: connections }, run));
  const elapsed = (performance.now() - started) / 1000;
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? Number.NaN;
  const requests = latencies.length;
  return {
    requests,
    perSecond: requests / elapsed,
    p50: at(0.5),
    p99: at(0.99),
    longest: latencies.at(-1) ?? Number.NaN,
  };
}

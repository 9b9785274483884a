// Stands between a browser and the Worker: keeps what went over the wire, and can be slow or wrong.

import { once } from "node:events";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

/** A request as the browser sent it. */
export interface Crossing {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Whether the browser hung up before there was an answer. */
  readonly isBrokenOff: boolean;
}

/** What happens to a request in place of going straight through. */
export type Weather =
  /** It goes on after so many milliseconds, unless the browser has hung up by then. */
  | { readonly delay: number }
  /** It is answered here, readable for every origin. */
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | "hang";

export interface RecordingProxy {
  /** Without a trailing slash. */
  readonly url: string;
  readonly crossings: readonly Crossing[];
  /** What happens to the next requests, one each; those after them go straight through. */
  forecast(...weather: readonly Weather[]): void;
  /** Forgets crossings and forecast. */
  reset(): void;
  stop(): Promise<void>;
}

/** @param worker Where requests go, without a trailing slash. */
export async function startRecordingProxy(worker: string): Promise<RecordingProxy> {
  const crossings: Crossing[] = [];
  const forecast: Weather[] = [];

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = "", url: path = "", headers } = incoming;
    const weather = forecast.shift() ?? { delay: 0 };
    const crossing = { method, path, headers, body: "", isBrokenOff: false };
    crossings.push(crossing);
    outgoing.once("close", () => {
      crossing.isBrokenOff = !outgoing.writableFinished;
    });
    for await (const chunk of incoming) crossing.body += chunk;
    if (weather === "hang") return;
    if ("status" in weather) {
      outgoing.writeHead(weather.status, { "access-control-allow-origin": "*", ...weather.headers }).end();
      return;
    }
    await wait(weather.delay);
    if (crossing.isBrokenOff) return;
    const onward = request(worker + path, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.once("error", () => outgoing.destroy());
    onward.end(crossing.body);
  }

  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    crossings,
    forecast: (...weather) => {
      forecast.push(...weather);
    },
    reset: () => {
      crossings.length = 0;
      forecast.length = 0;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

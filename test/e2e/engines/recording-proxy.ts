// A proxy between a browser and the Worker that records the traffic, and can be slow or answer with errors.

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
  /** True if the browser closed the connection before there was an answer. */
  readonly isBrokenOff: boolean;
}

/** The treatment of a request that is not simply passed on. */
export type Weather =
  /** Passes the request on after so many milliseconds, unless the browser has closed the connection by then. */
  | { readonly delay: number }
  /** Answers the request here, readable for every origin. */
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | "hang";

export interface RecordingProxy {
  /** The proxy's URL, without a trailing slash. */
  readonly url: string;
  readonly crossings: readonly Crossing[];
  /** Sets the weather of the next requests, one each. Later requests are passed on. */
  forecast(...weather: readonly Weather[]): void;
  /** Forgets crossings and forecast. */
  reset(): void;
  stop(): Promise<void>;
}

/** @param worker The URL that requests are passed on to, without a trailing slash. */
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

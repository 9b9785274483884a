// Vonage in the test's process: the sandbox with faults for single messages, so that tests can run concurrently. It
// records every request, also those that it refuses or never answers.

import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { createSandbox, type RecordedReport } from "../../../src/sandbox/index.ts";
import { findFreePort } from "../../support/free-port.ts";

/** The fate of one request, instead of the sandbox's answer. */
export type Trouble =
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      /** Answers when this settles. */
      readonly after?: Promise<unknown>;
    }
  /** No answer: the connection breaks at once, or stays open until the caller gives up. */
  | "drop"
  | "hang"
  /** Records the report, and answers when this settles. */
  | { readonly answerAfter: Promise<unknown> };

/** A request for the Conversion API, as it came over the wire. */
export interface Attempt {
  readonly channel: string;
  readonly messageId: string;
  readonly delivered: string | null;
  readonly timestamp: string | null;
}

export interface ScriptedVonage {
  /** Without a trailing slash. */
  readonly url: string;
  /** Sets the fates of the next requests for a message. The sandbox answers the later ones. */
  script(messageId: string, ...troubles: readonly Trouble[]): void;
  /** Every request for a message, in order of arrival. */
  attempts(messageId: string): readonly Attempt[];
  /** The recorded reports of a message, oldest first. */
  reports(messageId: string): readonly RecordedReport[];
  close(): Promise<void>;
}

export async function startScriptedVonage(): Promise<ScriptedVonage> {
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const sandbox = createSandbox({ maxReports: 100_000 });
  const scripts = new Map<string, Trouble[]>();
  const attempts: Attempt[] = [];

  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const [, channel = ""] = /^\/conversions\/(\w+)$/.exec(incoming.url ?? "") ?? [];
    const form = new URLSearchParams(body.toString());
    const messageId = form.get("message-id") ?? "";
    const [delivered, timestamp] = [form.get("delivered"), form.get("timestamp")];
    attempts.push({ channel, messageId, delivered, timestamp });

    const trouble = scripts.get(messageId)?.shift();
    if (trouble === "hang") return;
    if (trouble === "drop") return incoming.socket.destroy();
    if (trouble !== undefined && "status" in trouble) {
      await trouble.after;
      return outgoing.writeHead(trouble.status, trouble.headers).end(trouble.body);
    }
    const headers = new Headers(incoming.headers as Record<string, string>);
    const response = await sandbox.fetch(url + incoming.url, {
      method: incoming.method ?? "",
      headers,
      body,
    });
    await trouble?.answerAfter;
    await pass(response, outgoing);
  });
  // A server that closes idle connections may break one just as a caller reuses it.
  server.keepAliveTimeout = 0;
  server.listen(port, "127.0.0.1");
  await once(server, "listening");

  return {
    url,
    script: (messageId, ...troubles) => scripts.set(messageId, [...troubles]),
    attempts: (messageId) => attempts.filter((one) => one.messageId === messageId),
    reports: (messageId) => sandbox.reports().filter((one) => one.messageId === messageId),
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A promise that the test resolves. */
export function createGate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

async function pass(response: Response, outgoing: ServerResponse): Promise<void> {
  const content = Buffer.from(await response.arrayBuffer());
  if (!outgoing.destroyed)
    outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(content);
}

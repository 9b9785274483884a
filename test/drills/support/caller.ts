// Reports to the Worker over HTTP with a proxy key, on a few connections, and remembers the answers.

import { Agent, request } from "node:http";
import type { Channel } from "../../../src/wire/report.ts";
import { formatTimestamp } from "../../../src/wire/timestamp.ts";
import { PROXY_KEY } from "../../support/local-stack.ts";

/** A report about one message. */
export interface Statement {
  readonly channel: Channel;
  readonly messageId: string;
  readonly delivered: boolean;
  /** The instant at which the user acted, in the wire's format. */
  readonly timestamp: string;
}

/** A report as its caller saw it. Times are epoch milliseconds. */
export interface Reported extends Statement {
  readonly startedAt: number;
  readonly endedAt: number;
  /** 0 means that the connection broke, and nothing was promised. */
  readonly status: number;
  /** The status in the body of a 200 or 202: recorded, accepted or duplicate. */
  readonly said: string | undefined;
}

export interface Caller {
  /** Every finished report. */
  readonly reported: readonly Reported[];
  report(statement: Statement, key?: string): Promise<Reported>;
  /** Tracks a message, with further parameters if they are given. A 201 has `expiresAt`. */
  track(
    message: Pick<Statement, "channel" | "messageId">,
    expiresIn: number,
    facts?: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number; readonly expiresAt: string | undefined }>;
  close(): void;
}

/** Far longer than any answer should take. */
const PATIENCE_MS = 30_000;

export function createCaller(url: string, sockets: number): Caller {
  const agent = new Agent({ keepAlive: true, maxSockets: sockets });
  const reported: Reported[] = [];

  return {
    reported,
    report: async (statement, key = PROXY_KEY.key) => {
      const { channel, messageId, delivered, timestamp } = statement;
      const body = { "message-id": messageId, delivered: String(delivered), timestamp };
      const startedAt = Date.now();
      const { status, text } = await post(`/conversions/${channel}`, body, key);
      const said = status === 200 || status === 202 ? toFields(text).status : undefined;
      const one = { ...statement, startedAt, endedAt: Date.now(), status, said };
      reported.push(one);
      return one;
    },
    track: async ({ channel, messageId }, expiresIn, facts = {}) => {
      const body = { messageId, channel, expiresIn: String(expiresIn), ...facts };
      const { status, text } = await post("/messages", body, PROXY_KEY.key);
      return { status, expiresAt: status === 201 ? toFields(text).expiresAt : undefined };
    },
    close: () => agent.destroy(),
  };

  function post(path: string, fields: Record<string, string>, key: string) {
    const body = new URLSearchParams(fields).toString();
    const headers = {
      authorization: `Bearer ${key}`,
      accept: "application/json",
      "content-type": "application/x-www-form-urlencoded",
      "content-length": body.length,
    };
    return new Promise<{ readonly status: number; readonly text: string }>((resolve) => {
      const none = () => resolve({ status: 0, text: "" });
      const asked = request(
        url + path,
        { method: "POST", agent, headers, timeout: PATIENCE_MS },
        (answer) => {
          let text = "";
          answer.setEncoding("utf8");
          answer.on("data", (chunk) => {
            text += chunk;
          });
          answer.once("end", () => resolve({ status: answer.statusCode ?? 0, text }));
          answer.once("close", none);
        },
      );
      asked.once("timeout", () => asked.destroy());
      asked.once("error", none);
      asked.end(body);
    });
  }
}

/** An instant some time ago, in the wire's format. Each report has its own, so that reports can be told apart. */
export const ago = (milliseconds: number) => formatTimestamp(Date.now() - milliseconds);

const toFields = (text: string) => JSON.parse(text) as Record<string, string | undefined>;

import { JSON_HEADERS } from "../../src/shared/json-headers.ts";
import type { LogEntry } from "./log.ts";

/** An answer as plain data, with its log entry. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly log: Partial<LogEntry> & { readonly outcome: string };
}

/** Makes the answer with a JSON body. */
export function answerJson(status: number, body: unknown, log: Answer["log"]): Answer {
  return { status, headers: JSON_HEADERS, body: JSON.stringify(body), log };
}

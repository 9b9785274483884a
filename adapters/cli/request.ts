// Sends one request to the Worker, with the admin key and a deadline, without redirects, and validates the answer.

import * as v from "valibot";
import { findMistake } from "../../src/client/platform-request.ts";
import { readBoundedText } from "../../src/shared/bounded-text.ts";
import { problemSchema } from "./answers.ts";
import type { Settings } from "./settings.ts";
import { WorkerError } from "./worker-error.ts";

export interface RequesterOptions extends Settings {
  readonly fetch: typeof globalThis.fetch;
  /** Milliseconds for one request, including the body of its answer. */
  readonly timeout: number;
}

export interface Call {
  readonly method: "GET" | "POST";
  /** Percent-encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /**
   * Another type of answer than JSON, which is then validated as text.
   *
   * @default JSON
   */
  readonly accept?: "text/csv";
  /** The body. */
  readonly form?: Readonly<Record<string, string>>;
}

/** Sends one request and returns the answer validated by `schema`, or throws a {@link WorkerError}. */
export type Requester = <S extends v.GenericSchema>(call: Call, schema: S) => Promise<v.InferOutput<S>>;

/** A page of 500 reports has about 150 kB. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** Makes the function that sends requests. Without a key, they have no `Authorization`. */
export function createRequester({ endpoint, key, fetch, timeout }: RequesterOptions): Requester {
  return async ({ method, path, query, form, accept }, schema) => {
    const call = `${method} ${path}`;
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), timeout);
    try {
      const response = await fetch(`${endpoint}${path}${toSearch(query)}`, {
        method,
        headers: {
          accept: `${accept ?? "application/json"}, application/problem+json`,
          ...(key !== undefined && { authorization: `Bearer ${key}` }),
        },
        ...(form !== undefined && { body: new URLSearchParams(form) }),
        redirect: "manual",
        cache: "no-store",
        signal: controller.signal,
      });
      const { status } = response;
      if (status >= 300 && status < 400) {
        // An unread body keeps the connection open, and thereby this process.
        response.body?.cancel().catch(() => {});
        const target = toTarget(response.headers.get("location"), endpoint);
        throw new WorkerError(call, { kind: "redirect", status, target });
      }
      const text = await readBoundedText(response, MAX_BODY_BYTES).catch(dropBadText);
      const isText = accept !== undefined && response.headers.get("content-type")?.startsWith(accept);
      const body = isText ? text : parse(text);
      const answer = v.safeParse(schema, body);
      if (response.ok && answer.success) return answer.output;
      const problem = v.safeParse(problemSchema, body);
      if (response.ok || !problem.success) throw new WorkerError(call, { kind: "foreign", status });
      throw new WorkerError(call, { kind: "problem", status, problem: problem.output });
    } catch (error) {
      if (error instanceof WorkerError) throw error;
      if (controller.signal.aborted) throw new WorkerError(call, { kind: "timeout", milliseconds: timeout });
      if (findMistake(error) !== undefined) throw error;
      // Its message may quote the header, so only its code is passed on.
      throw new WorkerError(call, { kind: "network", systemCode: toSystemCode(error) });
    } finally {
      clearTimeout(timer);
    }
  };
}

function toSearch(query: Call["query"] = {}): string {
  const search = new URLSearchParams(query).toString();
  return search && `?${search}`;
}

/** Invalid UTF-8 means that the answer is not the Worker's, not that the connection failed. */
function dropBadText(error: unknown): undefined {
  if ((error as { code?: unknown } | undefined)?.code !== "ERR_ENCODING_INVALID_ENCODED_DATA") throw error;
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}

/** Returns the target of a redirect without its query. */
function toTarget(location: string | null, base: string): string | undefined {
  if (location === null || !URL.canParse(location, base)) return undefined;
  const { origin, pathname } = new URL(location, base);
  return origin === "null" ? undefined : origin + pathname;
}

function toSystemCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as { code?: unknown };
  return typeof code === "string" && /^[A-Z][A-Z0-9_]{2,50}$/.test(code) ? code : toSystemCode(error.cause);
}

// Makes calls by the document's operations, and compares each answer with it.

import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { expect } from "vitest";
import { findDeviations, problemIn, type ReadAnswer } from "./openapi-answer.ts";
import { answerOf, document, operations, resolve, validatorAt } from "./openapi-document.ts";

type Scalars = Readonly<Record<string, string | number | boolean>>;

export interface Call {
  /** The parameters of the path. */
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Scalars;
  /** At most one of the three bodies. */
  readonly form?: Scalars;
  readonly json?: Scalars;
  readonly raw?: { readonly type: string; readonly body: string | Uint8Array<ArrayBuffer> };
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer with its parsed JSON. */
export interface Called extends ReadAnswer {
  /** As in the document: `201`, or `409 conflict`. */
  readonly outcome: string;
  readonly body: Readonly<Record<string, unknown>>;
}

const FORM = "application/x-www-form-urlencoded";
const JSON_TYPE = "application/json";

/** Makes calls, and records their outcomes, such as `POST /messages 201`. */
export function createCaller() {
  const seen = new Set<string>();

  return {
    seen: seen as ReadonlySet<string>,

    /** Makes a call. Expects this outcome, and an answer as the document describes it. */
    async call(url: string, operation: string, call: Call, expected: string): Promise<Called> {
      const called = await send(url, operation, call);
      expect(`${operation} ${called.outcome}`).toBe(`${operation} ${expected}`);
      const name = answerOf(operation, called.status);
      expect(name, `${operation} ${expected} is not described`).toBeDefined();
      expect({ [operation]: findDeviations(name ?? "", called) }).toEqual({ [operation]: [] });
      if (called.status < 300) expectDescribed(operation, call);
      seen.add(`${operation} ${called.outcome}`);
      return called;
    },
  };
}

/** Sends a call without comparing it with the document. */
export async function send(url: string, operation: string, call: Call): Promise<Called> {
  const { path = {}, query = {}, form, json, raw, headers } = call;
  const [method = "", template = ""] = operation.split(" ");
  const pathname = template.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(path[name] ?? ""));
  const search = toForm(query);
  const type = raw?.type ?? (form && FORM) ?? (json && JSON_TYPE);
  const body = raw?.body ?? (form && toForm(form)) ?? (json && JSON.stringify(json)) ?? null;
  const answer = await exchange(url + pathname + (search && `?${search}`), method, body, {
    ...headers,
    ...(type && { "content-type": type }),
  });
  const problem = problemIn(answer);
  const isJson = answer.text !== "" && answer.headers.get("content-type")?.includes("json");
  return {
    ...answer,
    outcome: problem === undefined ? String(answer.status) : `${answer.status} ${problem}`,
    body: isJson ? JSON.parse(answer.text) : {},
  };
}

/** Replaces `fetch`, which cannot send a GET with a body. */
async function exchange(
  url: string,
  method: string,
  body: string | Uint8Array | null,
  headers: Readonly<Record<string, string>>,
): Promise<ReadAnswer> {
  const content = Buffer.from(body ?? "");
  const length = body !== null && { "content-length": content.byteLength };
  const outgoing = request(url, { method, headers: { ...headers, ...length } });
  outgoing.end(content);
  const [incoming] = (await once(outgoing, "response")) as [IncomingMessage];
  const received = new Headers();
  for (const [name, values = []] of Object.entries(incoming.headersDistinct)) {
    for (const value of values) received.append(name, value);
  }
  const chunks: Buffer[] = await incoming.toArray();
  return {
    status: incoming.statusCode ?? 0,
    headers: received,
    text: Buffer.concat(chunks).toString(),
  };
}

/**
 * The document must describe every accepted call: the parameters of its query, and its body by type. It describes the
 * parameters of a POST in the body alone, from where they may move into the query.
 */
function expectDescribed(operation: string, { query = {}, form, json }: Call): void {
  const { parameters = [], security = [], requestBody } = operations.get(operation) ?? {};
  const schemes = security.flatMap((one) => Object.keys(one));
  const known = [
    ...parameters.map((one) => resolve(one)),
    ...schemes.flatMap((scheme) => document.components.securitySchemes[scheme] ?? []),
  ];
  const inBody = Object.values(requestBody?.content ?? {}).flatMap(({ schema }) =>
    Object.keys(resolve(schema).properties ?? {}),
  );
  const inQuery = [...known.flatMap((one) => (one.in === "query" ? [one.name] : [])), ...inBody];
  expect(Object.keys(query).filter((name) => !inQuery.includes(name))).toEqual([]);
  const type = form ? FORM : JSON_TYPE;
  const body = form ?? json;
  if (body === undefined) return;
  const schema = requestBody?.content[type]?.schema.$ref?.split("/").slice(1);
  expect(schema, `${operation} takes no ${type}`).toBeDefined();
  const validate = validatorAt(...(schema ?? []));
  validate(body);
  expect(validate.errors ?? []).toEqual([]);
}

const toTexts = (scalars: Scalars) =>
  Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, String(value)]));

const toForm = (scalars: Scalars) => new URLSearchParams(toTexts(scalars)).toString();

// A report ⇄ the parameters on the wire. Pure text in, plain data out; src/wire/request-parameters.ts does the reading.
// The transports and spellings are those in use by Vonage's official SDKs: query string, form (also with a
// trailing "&") and JSON; `delivered` as true, True or 1.

import { findFaults } from "../shared/validation.ts";
import type { Channel, createReportSchema, ValidReport } from "./report.ts";
import { formatTimestamp, parseTimestamp } from "./timestamp.ts";

export type Parameter = [name: string, value: string];
export type Parameters = ReadonlyMap<string, string>;

/** One thing wrong with one parameter. `parameter` is "" when it concerns the whole text. */
export interface ParameterFault {
  readonly parameter: string;
  readonly detail: string;
}

/** What could be read of a request, and everything that is wrong with it. The first of repeated values stands. */
export interface DecodedParameters {
  readonly parameters: Parameters;
  readonly faults: readonly ParameterFault[];
  /**
   * Names could not be read, or nothing at all of a body: a parameter that seems to be missing may well be there.
   *
   * @default everything could be read
   */
  readonly unread?: "names" | "body" | undefined;
}

const WIRE_NAMES = { messageId: "message-id", delivered: "delivered", timestamp: "timestamp" } as const;

/** The parameters of a report, in the order of the Conversion API's documentation. */
export function encodeReport(report: ValidReport): Parameter[] {
  const parameters: Parameter[] = [
    [WIRE_NAMES.messageId, report.messageId],
    [WIRE_NAMES.delivered, String(report.delivered)],
  ];
  if (report.timestamp !== undefined)
    parameters.push([WIRE_NAMES.timestamp, formatTimestamp(report.timestamp)]);
  return parameters;
}

/** Reads a query string or a form body. Unlike URLSearchParams it says when an escape or UTF-8 is broken. */
export function parseForm(text: string): DecodedParameters {
  const entries: Parameter[] = [];
  const faults: ParameterFault[] = [];
  for (const pair of text.split("&")) {
    if (pair === "") continue;
    const cut = pair.indexOf("=");
    const name = decode(cut < 0 ? pair : pair.slice(0, cut));
    const value = decode(cut < 0 ? "" : pair.slice(cut + 1));
    if (name === undefined)
      faults.push({ parameter: "", detail: "a name is not valid percent-encoded UTF-8" });
    else if (value === undefined) faults.push(fault(name, "is not valid percent-encoded UTF-8"));
    else entries.push([name, value]);
  }
  const unread = faults.some(({ parameter }) => parameter === "") ? "names" : undefined;
  return { ...collect(entries, faults), unread };
}

/**
 * Reads a JSON body: one flat object of strings, whole numbers and booleans. An empty list is how PHP writes an empty
 * object: its SDK sends one behind a report that is in the query.
 *
 * @param numbers The numbers as they are written, where those are wanted instead of what `JSON.parse` makes of them:
 * a webhook's signature is over their text.
 */
export function parseJson(
  text: string,
  numbers?: (json: string) => ReadonlyMap<string, string>,
): DecodedParameters {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return noBody("the body is not JSON");
  }
  if (typeof body !== "object" || body === null || (Array.isArray(body) && body.length > 0)) {
    return noBody("the JSON body must be one object");
  }
  const entries: Parameter[] = [];
  const faults: ParameterFault[] = [];
  const written = numbers?.(text);
  for (const [name, value] of Object.entries(body)) {
    const number = typeof value === "number" ? written?.get(name) : undefined;
    if (number !== undefined) {
      entries.push([name, number]);
      continue;
    }
    // An id written as a number may have been altered before we see it: 1e3, or digits past 2^53.
    const scalar = Number.isSafeInteger(value) || typeof value === "boolean";
    if (typeof value === "string" || (scalar && name !== WIRE_NAMES.messageId && name !== "messageId"))
      entries.push([name, String(value)]);
    else faults.push(fault(name, "must be a string; delivered may be a boolean, timestamp whole seconds"));
  }
  // JSON.parse silently keeps the last of repeated names: then the text has more strings than what was read of it.
  if (countStrings(text) > countStrings(JSON.stringify(body))) {
    faults.push({ parameter: "", detail: "the JSON body repeats a name" });
  }
  return collect(entries, faults);
}

const noBody = (detail: string): DecodedParameters => ({
  ...collect([], [{ parameter: "", detail }]),
  unread: "body",
});

/** Of well-formed JSON. Each character is looked at once, which no regular expression promises. */
function countStrings(json: string): number {
  let quotes = 0;
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === "\\") at++;
    else if (character === '"') quotes++;
  }
  return quotes / 2;
}

/** Joins what came in the query with what came in the body; a name in both is repeated. */
export function mergeParameters(query: DecodedParameters, body: DecodedParameters): DecodedParameters {
  const all = collect([...query.parameters, ...body.parameters], [...query.faults, ...body.faults]);
  return { ...all, unread: body.unread ?? query.unread };
}

/** Whether nothing can be said of a parameter but what its decoding has said already. */
export function isUnread({ parameters, faults, unread }: DecodedParameters, name: string): boolean {
  return !parameters.has(name) && (!!unread || faults.some(({ parameter }) => parameter === name));
}

/**
 * Reads the report out of decoded parameters.
 *
 * @param channel Where it was sent to.
 * @param decoded What the request carried.
 * @param alsoKnown Names that may stand beside the report's own, such as `api_key`.
 * @param schema The rules, from `createReportSchema`.
 * @returns The report, or every fault: unknown and repeated names, broken and missing values.
 */
export function decodeReport(
  channel: Channel,
  decoded: DecodedParameters,
  alsoKnown: ReadonlySet<string>,
  schema: ReturnType<typeof createReportSchema>,
):
  | { readonly report: ValidReport; readonly faults?: never }
  | { readonly report?: never; readonly faults: readonly ParameterFault[] } {
  const { parameters } = decoded;
  const faults = [...decoded.faults];
  for (const name of parameters.keys()) {
    if (alsoKnown.has(name) || Object.values(WIRE_NAMES).some((known) => known === name)) continue;
    const isMessageId = /^message[-_]?id$/i.test(name);
    faults.push(fault(name, isMessageId ? "is not known; the API spells it message-id" : "is not known"));
  }

  const tell = (name: string, detail: string) => {
    if (!isUnread(decoded, name)) faults.push(fault(name, detail));
  };
  const delivered = DELIVERED.get(parameters.get(WIRE_NAMES.delivered)?.toLowerCase());
  if (delivered === undefined) tell(WIRE_NAMES.delivered, "must be true, false, 1 or 0");
  const written = parameters.get(WIRE_NAMES.timestamp);
  const timestamp = written === undefined ? undefined : parseWireInstant(written);
  if (written !== undefined && timestamp === undefined) {
    tell(WIRE_NAMES.timestamp, "must be UTC as yyyy-MM-dd HH:mm:ss, and a date that exists");
  }
  const { output, faults: broken } = findFaults(schema, {
    messageId: parameters.get(WIRE_NAMES.messageId),
    delivered: delivered ?? false,
    timestamp,
  });
  for (const { field, fault: detail } of broken ?? []) {
    tell(WIRE_NAMES[field as keyof typeof WIRE_NAMES], detail);
  }
  return output === undefined || faults.length > 0 ? { faults } : { report: { channel, ...output } };
}

const DELIVERED: ReadonlyMap<string | undefined, boolean> = new Map([
  ["true", true],
  ["1", true],
  ["false", false],
  ["0", false],
]);

/** `timestamp` as the API has it, or in UNIX seconds, as Ruby's SDK overwrites it when it signs. */
function parseWireInstant(text: string): number | undefined {
  return /^\d{9,10}$/.test(text) ? Number(text) * 1000 : parseTimestamp(text);
}

function collect(entries: readonly Parameter[], faults: readonly ParameterFault[]): DecodedParameters {
  const parameters = new Map<string, string>();
  const repeated = new Set<string>();
  for (const [name, value] of entries) {
    if (parameters.has(name)) repeated.add(name);
    else parameters.set(name, value);
  }
  return {
    parameters,
    faults: [...faults, ...[...repeated].map(toRepeated)],
  };
}

/** Which of them is meant is unknown: where its name cannot be shown either, the whole text is in doubt. */
const toRepeated = (name: string) =>
  isPlain(name)
    ? fault(name, "is given more than once")
    : { parameter: "", detail: "a name is given more than once" };

/** Names come from outside: they are shown only when they are short and plain. */
const isPlain = (name: string) => /^[\w.-]{1,40}$/.test(name);

function fault(name: string, detail: string): ParameterFault {
  return { parameter: isPlain(name) ? name : "(unprintable)", detail };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}

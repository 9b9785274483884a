// Converts a report to parameters and back, as pure functions; request-parameters.ts does the I/O. It accepts all that
// Vonage's official SDKs send: query string, form (also with a trailing "&") and JSON; `delivered` as true, True or 1.

import { findFaults } from "../shared/validation.ts";
import type { Channel, createReportSchema, ValidReport } from "./report.ts";
import { formatTimestamp, parseTimestamp } from "./timestamp.ts";

export type Parameter = [name: string, value: string];
export type Parameters = ReadonlyMap<string, string>;

/** A fault of one parameter. `parameter` is "" if the fault concerns the whole text. */
export interface ParameterFault {
  readonly parameter: string;
  readonly detail: string;
}

/** The parameters of a request that could be read, and all faults. Of repeated values the first counts. */
export interface DecodedParameters {
  readonly parameters: Parameters;
  readonly faults: readonly ParameterFault[];
  /**
   * Set if names, or the whole body, could not be read: a parameter that seems to be missing may be there.
   *
   * @default everything was read
   */
  readonly unread?: "names" | "body" | undefined;
}

const WIRE_NAMES = { messageId: "message-id", delivered: "delivered", timestamp: "timestamp" } as const;

/** Encodes a report as parameters, in the order of the Conversion API's documentation. */
export function encodeReport(report: ValidReport): Parameter[] {
  const parameters: Parameter[] = [
    [WIRE_NAMES.messageId, report.messageId],
    [WIRE_NAMES.delivered, String(report.delivered)],
  ];
  if (report.timestamp !== undefined)
    parameters.push([WIRE_NAMES.timestamp, formatTimestamp(report.timestamp)]);
  return parameters;
}

/** Reads a query string or a form body. Unlike URLSearchParams, it reports broken escapes and broken UTF-8. */
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
 * Reads a JSON body: one flat object of strings, whole numbers and booleans. An empty list counts as an empty object:
 * the PHP SDK sends one if the report is in the query.
 *
 * @param numbers Returns the numbers as written, to keep their spelling: a webhook's signature covers it.
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
    // JSON.parse may have altered an id that is a number: 1e3, or digits past 2^53.
    const scalar = Number.isSafeInteger(value) || typeof value === "boolean";
    if (typeof value === "string" || (scalar && name !== WIRE_NAMES.messageId && name !== "messageId"))
      entries.push([name, String(value)]);
    else faults.push(fault(name, "must be a string; delivered may be a boolean, timestamp whole seconds"));
  }
  // JSON.parse silently keeps the last of repeated names; then the text has more strings than the result.
  if (countStrings(text) > countStrings(JSON.stringify(body))) {
    faults.push({ parameter: "", detail: "the JSON body repeats a name" });
  }
  return collect(entries, faults);
}

const noBody = (detail: string): DecodedParameters => ({
  ...collect([], [{ parameter: "", detail }]),
  unread: "body",
});

/** Counts the strings of well-formed JSON, in linear time, which a regular expression would not guarantee. */
function countStrings(json: string): number {
  let quotes = 0;
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === "\\") at++;
    else if (character === '"') quotes++;
  }
  return quotes / 2;
}

/** Merges the parameters of query and body; a name in both counts as repeated. */
export function mergeParameters(query: DecodedParameters, body: DecodedParameters): DecodedParameters {
  const all = collect([...query.parameters, ...body.parameters], [...query.faults, ...body.faults]);
  return { ...all, unread: body.unread ?? query.unread };
}

/** Tells whether a parameter could not be decoded, so that decoding has already reported its fault. */
export function isUnread({ parameters, faults, unread }: DecodedParameters, name: string): boolean {
  return !parameters.has(name) && (!!unread || faults.some(({ parameter }) => parameter === name));
}

/**
 * Reads the report from decoded parameters.
 *
 * @param channel The channel in the request's path.
 * @param decoded The request's parameters.
 * @param alsoKnown Names that are allowed besides the report's own, such as `api_key`.
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

/** Reads `timestamp` in the API's format, or in UNIX seconds: the Ruby SDK overwrites it with those when signing. */
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

/** A repeated name that cannot be shown is a fault of the whole text. */
const toRepeated = (name: string) =>
  isPlain(name)
    ? fault(name, "is given more than once")
    : { parameter: "", detail: "a name is given more than once" };

/** Names come from outside, so only short and plain ones are shown. */
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

// Converts a report to parameters and back. It accepts all that Vonage's official SDKs send: `delivered` as true, True
// or 1, and `timestamp` in UNIX seconds.

import { findFaults } from "../shared/validation.ts";
import {
  type DecodedParameters,
  isUnread,
  type Parameter,
  type ParameterFault,
  toParameterFault,
} from "./parameters.ts";
import type { Channel, createReportSchema, ValidReport } from "./report.ts";
import { formatTimestamp, parseTimestamp } from "./timestamp.ts";

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
    faults.push(
      toParameterFault(name, isMessageId ? "is not known; the API spells it message-id" : "is not known"),
    );
  }

  const tell = (name: string, detail: string) => {
    if (!isUnread(decoded, name)) faults.push(toParameterFault(name, detail));
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

import { CHANNELS, type Channel, TRAFFICS, type Traffic } from "../wire/report.ts";
import { parseInstant } from "../wire/timestamp.ts";
import { type Facts, RECEIPT_CLASSES, type ReceiptClass, toPrice } from "./facts.ts";
import { parseSegmentKey, type Segment, toCountry, toNetwork, toSegment } from "./segment.ts";

/** One row of the table: a message and what became of it. */
export interface PastMessage {
  readonly segment: Segment;
  readonly delivered: boolean;
  readonly facts: Facts;
}

/** Two years of a message a minute. */
const MOST_ROWS = 1_000_000;

/** A wrong file has a fault in every line. */
const MOST_FAULTS = 20;

const COLUMNS = [
  "time",
  "outcome",
  "segment",
  "traffic",
  "channel",
  "country",
  "network",
  "receipt",
  "price",
];

/**
 * Reads a table of past messages as CSV. The first line names the columns, in any order: `time` (ISO 8601, or epoch seconds
 * or milliseconds) and `outcome` (`true` or `false`) are required. The segment is in `segment` (`2fa/sms/GB/23410`) or
 * in `traffic`, `channel`, `country`, `network`; without them it is 2FA by SMS to an unknown country. `receipt` (such as
 * `delivered`) and `price` (EUR) are optional. Quoted fields may not contain commas.
 *
 * @returns The messages, or every fault with its line, 20 at most.
 */
export function parseBacktest(
  csv: string,
):
  | { readonly messages: PastMessage[]; readonly faults?: never }
  | { readonly messages?: never; readonly faults: string[] } {
  const [header = "", ...lines] = csv.replace(/^\uFEFF/, "").split("\n");
  const columns = readLine(header).map((name) => name.toLowerCase());
  const faults = [
    ...["time", "outcome"]
      .filter((name) => !columns.includes(name))
      .map((name) => `line 1: column ${name} is missing`),
    ...columns
      .filter((name) => !COLUMNS.includes(name))
      .map(() => `line 1: columns are ${COLUMNS.join(", ")}`)
      .slice(0, 1),
    ...(lines.length > MOST_ROWS ? [`the table has more than ${MOST_ROWS} rows: split it by time`] : []),
  ];
  if (faults.length > 0) return { faults };
  const messages: PastMessage[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "" || faults.length >= MOST_FAULTS) continue;
    const values = readLine(line);
    const row = new Map(columns.map((name, column) => [name, values[column]]));
    const found = readRow((name) => row.get(name) ?? "");
    if (typeof found === "string") faults.push(`line ${index + 2}: ${found}`);
    else messages.push(found);
  }
  return faults.length > 0 ? { faults } : { messages };
}

/** The value of a column; empty without one. */
type TableRow = (column: string) => string;

const readLine = (line: string): string[] =>
  line.split(",").map((value) => value.trim().replace(/^"|"$/g, ""));

/** @returns The message, or the fault. */
function readRow(row: TableRow): PastMessage | string {
  const sentAt = readTime(row("time"));
  if (sentAt === undefined) return "time must be ISO 8601 with an offset, or epoch seconds or milliseconds";
  const outcome = row("outcome");
  if (outcome !== "true" && outcome !== "false") return "outcome must be true or false";
  const segment = readSegment(row);
  if (segment === undefined) {
    return "the segment must look like 2fa/sms/GB/23410: traffic 2fa or other, channel sms or voice, country, network";
  }
  const receipt = row("receipt") || undefined;
  if (receipt !== undefined && !RECEIPT_CLASSES.includes(receipt as ReceiptClass)) {
    return `receipt must be empty or one of ${RECEIPT_CLASSES.join(", ")}`;
  }
  const { country, network } = segment;
  const price = toPrice(row("price"));
  if (price === undefined && row("price") !== "")
    return "price must be empty or EUR from 0 to 100, such as 0.0333";
  const facts: Facts = {
    country,
    network,
    sentAt,
    ...(receipt !== undefined && { receipt: receipt as ReceiptClass }),
    ...(price !== undefined && { price }),
  };
  return { segment, delivered: outcome === "true", facts };
}

function readTime(text: string): number | undefined {
  if (!/^\d{10}(\d{3})?$/.test(text)) return parseInstant(text);
  return Number(text) * (text.length === 10 ? 1000 : 1);
}

function readSegment(row: TableRow): Segment | undefined {
  const key = row("segment");
  if (key) return parseSegmentKey(key);
  const [traffic, channel] = [row("traffic") || "2fa", row("channel") || "sms"];
  if (!TRAFFICS.includes(traffic as Traffic) || !CHANNELS.includes(channel as Channel)) return undefined;
  const [country, network] = [row("country") || "ZZ", row("network") || ""];
  if (toCountry(country) !== country || toNetwork(network) !== network) return undefined;
  return toSegment(traffic as Traffic, channel as Channel, country, network);
}

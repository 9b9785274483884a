// The members of a row that share one column, as JSON with short names: every row holds them.

import {
  type Facts,
  type FalseCause,
  RECEIPT_CLASSES,
  type ReceiptClass,
  sanitizeFacts,
} from "../insight/facts.ts";
import { UNKNOWN_COUNTRY, UNKNOWN_NETWORK } from "../insight/segment.ts";
import { parseJson } from "../shared/parse-json.ts";
import { CHANNELS, type Channel } from "../wire/report.ts";

/** The members of a row that it may lack. */
export interface Extras {
  /** For Insight; absent where nothing is counted. */
  readonly facts?: Facts;
  /** HTTP status of Vonage's last answer, while it has not confirmed. */
  readonly vonageStatus?: number;
  /** The note of a tracked message's first request: until that ends, it is counted as still awaited. */
  readonly note?: true;
}

const CAUSES: readonly FalseCause[] = ["superseded", "cancelled"];

/** Writes the members; `null`: there are none. */
export function formatExtras({ facts, vonageStatus, note }: Extras): string | null {
  if (facts === undefined && vonageStatus === undefined && note === undefined) return null;
  return JSON.stringify({
    ...(facts && formatFacts(facts)),
    ...(vonageStatus !== undefined && { h: vonageStatus }),
    ...(note && { u: 1 }),
  });
}

/** Reads the members. What cannot be read counts as absent: a report is never lost for it. */
export function parseExtras(text: unknown): Extras {
  const stored = typeof text === "string" ? parseJson(text) : undefined;
  if (typeof stored !== "object" || stored === null) return {};
  const given = stored as Record<string, unknown>;
  const facts = parseFacts(given);
  return {
    ...(facts && { facts }),
    ...(Number.isInteger(given.h) && { vonageStatus: given.h as number }),
    ...(given.u === 1 && { note: true }),
  };
}

function formatFacts(facts: Facts): object {
  const { country, network, sentAt, price, cause, receipt, receiptAt, first, rescueOf, confirmedAt } = facts;
  return {
    s: sentAt,
    c: country === UNKNOWN_COUNTRY ? undefined : country,
    n: network === UNKNOWN_NETWORK ? undefined : network,
    p: price,
    x: cause && CAUSES.indexOf(cause),
    r: receipt && RECEIPT_CLASSES.indexOf(receipt),
    a: receiptAt,
    f: first && 1,
    o: rescueOf && [rescueOf.channel, rescueOf.network, rescueOf.sentAt],
    t: confirmedAt,
    b: facts.block,
    q: facts.person,
  };
}

function parseFacts({ s, c, n, p, x, r, a, f, o, t, b, q }: Record<string, unknown>): Facts | undefined {
  if (!Number.isSafeInteger(s)) return undefined;
  const [channel, network, sentAt] = Array.isArray(o) ? o : [];
  const cause = CAUSES[x as number];
  const receipt: ReceiptClass | undefined = RECEIPT_CLASSES[r as number];
  const isLater = CHANNELS.includes(channel) && typeof network === "string" && Number.isSafeInteger(sentAt);
  const facts: Facts = {
    country: c as string,
    network: n as string,
    // Unchanged: the cohort of a message must never move.
    sentAt: s as number,
    ...(typeof p === "number" && { price: p }),
    ...(cause && { cause }),
    ...(receipt && { receipt }),
    ...(Number.isSafeInteger(a) && { receiptAt: a as number }),
    ...(f === 1 && { first: true }),
    ...(isLater && { rescueOf: { channel: channel as Channel, network, sentAt } }),
    ...(Number.isSafeInteger(t) && { confirmedAt: t as number }),
    ...(typeof b === "string" && { block: b }),
    ...(typeof q === "string" && { person: q }),
  };
  return sanitizeFacts(facts, s as number);
}

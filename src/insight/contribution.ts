import type { Row } from "../ledger/row.ts";
import type { Channel, Traffic } from "../wire/report.ts";
import { type Cell, subtractCells } from "./cell.ts";
import { toCohort } from "./cohort.ts";
import type { Counts } from "./counts.ts";
import type { Facts } from "./facts.ts";
import { bucketOf, REPORT_LAG_BOUNDS, TIME_TO_CONVERT_BOUNDS } from "./histogram.ts";
import { toSegment } from "./segment.ts";

/** A stored message, as far as Insight counts it. Times are epoch milliseconds. */
export interface CountedMessage {
  readonly traffic: Traffic;
  readonly channel: Channel;
  /** The outcome that counts in the end: a `true` that waits behind a `false` is one already. `null`: not settled. */
  readonly delivered: boolean | null;
  /** When the outcome came about. */
  readonly occurredAt: number | null;
  readonly since: number;
  /** Vonage has confirmed this outcome. */
  readonly recorded: boolean;
  /** The report was given up. */
  readonly dead: boolean;
  readonly facts?: Facts | undefined;
}

/** The outcome of a settled message, as it is counted. */
export type Outcome = "converted" | "notConverted" | "superseded" | "cancelled";

export const OUTCOMES: readonly Outcome[] = ["converted", "notConverted", "superseded", "cancelled"];

/** Reads a row of the ledger as a message to count. */
export function toCountedMessage(row: Row, facts: Facts | undefined): CountedMessage {
  const { traffic, channel, since, state, successor } = row;
  // The outcome is counted when its request has ended.
  if (row.note) return { traffic, channel, since, facts, ...UNSETTLED };
  const outcome =
    successor === null
      ? { delivered: row.delivered, occurredAt: row.occurredAt, recorded: state === "recorded" }
      : { delivered: true, occurredAt: successor, recorded: false };
  return { traffic, channel, since, dead: state === "dead", facts, ...outcome };
}

const UNSETTLED = { delivered: null, occurredAt: null, recorded: false, dead: false } as const;

/**
 * The whole contribution of one stored message to the counters. Its cohort is that of its sending; without facts, that
 * of its outcome.
 *
 * Whoever stores a step of a message adds {@link contributionChange} to the counters in the same commit. So the
 * counters equal a recount of the rows at any time, and the order and number of steps do not matter.
 */
export function contributionOf(message: CountedMessage): Cell[] {
  const { traffic, channel, facts } = message;
  const outcome = outcomeOf(message);
  const cell: Cell = {
    cohort: toCohort(facts?.sentAt ?? message.occurredAt ?? message.since),
    segment: toSegment(traffic, channel, facts?.country, facts?.network),
    counts: {
      sent: 1,
      ...(outcome !== undefined && one(outcome)),
      ...countReport(message),
      ...countFacts(message, outcome),
      ...countPrice(message, outcome),
    },
  };
  if (facts?.rescueOf === undefined || outcome !== "converted") return [cell];
  const { rescueOf } = facts;
  const rescued: Cell = {
    cohort: toCohort(rescueOf.sentAt),
    segment: toSegment(traffic, rescueOf.channel, facts.country, rescueOf.network),
    counts: one("rescued"),
  };
  return [cell, rescued];
}

/**
 * The difference that one step makes to the counters.
 *
 * @param before `undefined`: the message is new.
 */
export const contributionChange = (before: CountedMessage | undefined, after: CountedMessage): Cell[] =>
  subtractCells(contributionOf(after), before === undefined ? [] : contributionOf(before));

/** A message that did not get an id. */
export interface UnsentMessage {
  readonly traffic: Traffic;
  readonly channel: Channel;
  readonly country: string;
  readonly network: string;
  /** Epoch milliseconds. */
  readonly sentAt: number;
  /** The SMS API's status, or our error code; `undefined`: it is unknown if Vonage took the message. */
  readonly status?: string | undefined;
}

/** The contribution of a message that Vonage refused, or may not have accepted. */
export function contributionOfUnsent(message: UnsentMessage): Cell[] {
  const { traffic, channel, country, network, sentAt, status } = message;
  const segment = toSegment(traffic, channel, country, network);
  const counts = one(status === undefined ? "uncertain" : `refused.${toStatus(status)}`);
  return [{ cohort: toCohort(sentAt), segment, counts }];
}

/** Keeps the number of counters bounded, whatever status is reported. */
const toStatus = (status: string): string => (/^[a-z0-9_-]{1,24}$/.test(status) ? status : "other");

function outcomeOf({ delivered, facts }: CountedMessage): Outcome | undefined {
  if (delivered === null) return undefined;
  return delivered ? "converted" : (facts?.cause ?? "notConverted");
}

function countReport({ recorded, dead, occurredAt, facts }: CountedMessage): Counts {
  if (dead) return one("dead");
  const { confirmedAt } = facts ?? {};
  if (!recorded || confirmedAt === undefined || occurredAt === null) return {};
  return one(`lag.${bucketOf(REPORT_LAG_BOUNDS, (confirmedAt - occurredAt) / 1000)}`);
}

function countFacts({ facts, occurredAt }: CountedMessage, outcome: Outcome | undefined): Counts {
  if (outcome === undefined) return facts?.receipt === undefined ? {} : one(`receiptEarly.${facts.receipt}`);
  const receipts = one(`receipt.${facts?.receipt ?? "none"}.${outcome}`);
  if (facts === undefined) return receipts;
  const seconds = ((occurredAt ?? facts.sentAt) - facts.sentAt) / 1000;
  return {
    ...receipts,
    ...(outcome === "converted" && one(`ttc.${bucketOf(TIME_TO_CONVERT_BOUNDS, seconds)}`)),
    // A superseded first message belongs here: the user asked for another one, because it had not come.
    ...(facts.first && outcome !== "converted" && outcome !== "cancelled" && one("firstNotConverted")),
  };
}

function countPrice({ facts }: CountedMessage, outcome: Outcome | undefined): Counts {
  const { price } = facts ?? {};
  if (price === undefined) return {};
  return {
    priced: 1,
    ...(price > 0 && { price }),
    ...(price > 0 && outcome === "notConverted" && { priceNotConverted: price }),
  };
}

const one = (name: string): Counts => ({ [name]: 1 });

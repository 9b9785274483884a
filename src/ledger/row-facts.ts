// Carries the facts of a message from row to row, and adds what each event tells. A row has facts from its first event
// that brings some: it is counted from then on. Without Insight no event brings any.

import { type Facts, RECEIPT_CLASSES, type ReceiptClass } from "../insight/facts.ts";
import { isSettledReceipt } from "../insight/receipt-class.ts";
import { UNKNOWN_COUNTRY, UNKNOWN_NETWORK } from "../insight/segment.ts";
import type { EventOf, LedgerEvent } from "./events.ts";
import type { Row } from "./row.ts";

/** Gives the row after an event with its facts, and with the status of Vonage's last answer. */
export function withFacts(
  before: Row | undefined,
  after: Row | undefined,
  event: LedgerEvent,
  now: number,
): Row | undefined {
  if (after === undefined) return undefined;
  if (after === before) return event.type === "track" ? trackedLate(after, event) : after;
  const { facts: _, vonageStatus: __, note: ___, ...row } = after;
  const facts = nextFacts(before, after, event, now);
  const vonageStatus = nextStatus(before, after, event);
  return { ...row, ...(facts && { facts }), ...(vonageStatus !== undefined && { vonageStatus }) };
}

/** Adds what a receipt tells. The very same row: it changes nothing. */
export function withReceipt(row: Row, { receipt, at, network, price }: EventOf<"receipt">): Row {
  const { facts } = row;
  if (facts === undefined) return row;
  const { receiptAt: _, ...others } = facts;
  const isNews = isNewer(facts, receipt, at);
  const next: Facts = complete(
    isNews ? { ...others, receipt, ...(at !== undefined && { receiptAt: at }) } : facts,
    { network, price },
  );
  const isSame =
    next.receipt === facts.receipt &&
    next.receiptAt === facts.receiptAt &&
    next.network === facts.network &&
    next.price === facts.price;
  return isSame ? row : { ...row, facts: next };
}

/**
 * A final receipt replaces any other, and a later one an earlier one. Carriers write whole minutes: of two final ones at the
 * same time, "delivered" stays. So the order and number of arrivals do not matter, as in src/webhooks/merge-receipts.ts.
 */
function isNewer(
  { receipt: known, receiptAt }: Facts,
  receipt: ReceiptClass,
  at: number | undefined,
): boolean {
  if (known === undefined) return true;
  const moreFinal = Number(isSettledReceipt(receipt)) - Number(isSettledReceipt(known));
  if (moreFinal !== 0) return moreFinal > 0;
  if (at !== receiptAt) return (at ?? Number.NEGATIVE_INFINITY) > (receiptAt ?? Number.NEGATIVE_INFINITY);
  return RECEIPT_CLASSES.indexOf(receipt) < RECEIPT_CLASSES.indexOf(known);
}

function nextFacts(before: Row | undefined, after: Row, event: LedgerEvent, now: number): Facts | undefined {
  if (event.type === "receipt") return after.facts;
  const known = before?.facts && ofOutcome(before.facts, before, after);
  if (event.type === "ended") {
    return known && after.state === "recorded" ? { ...known, confirmedAt: now } : known;
  }
  if ((event.type !== "track" && event.type !== "report") || event.facts === undefined) return known;
  const facts = known === undefined ? event.facts : complete(known, event.facts);
  const { cause } = event.facts;
  return cause !== undefined && after.delivered === false ? { ...facts, cause } : facts;
}

/**
 * Its report came before it was tracked, and was counted as sent at its outcome, since nothing else was known. The very
 * same row: there is nothing new.
 */
function trackedLate(row: Row, { traffic, facts: more }: EventOf<"track">): Row {
  if (more === undefined || row.traffic !== traffic) return row;
  const { facts = more } = row;
  const isGuess = facts.sentAt === (row.successor ?? row.occurredAt);
  const next = complete(isGuess ? { ...facts, sentAt: more.sentAt } : facts, more);
  return JSON.stringify(next) === JSON.stringify(row.facts) ? row : { ...row, facts: next };
}

/** Another outcome has another cause, and is not confirmed yet. */
function ofOutcome(facts: Facts, before: Row, after: Row): Facts {
  if (before.delivered === after.delivered) return facts;
  const { cause: _, confirmedAt: __, ...others } = facts;
  return others;
}

type Learnt = { readonly [N in keyof Facts]?: Facts[N] | undefined };

/** Takes what is unknown from later facts. What is known stays: a message does not move between countries. */
function complete(facts: Facts, more: Learnt): Facts {
  const price = facts.price ?? more.price;
  const { country = UNKNOWN_COUNTRY, network = UNKNOWN_NETWORK } = more;
  const { first, rescueOf, receipt, block, person } = more;
  return {
    ...facts,
    country: facts.country === UNKNOWN_COUNTRY ? country : facts.country,
    network: facts.network === UNKNOWN_NETWORK ? network : facts.network,
    ...(price !== undefined && { price }),
    ...(facts.receipt === undefined && receipt && { receipt }),
    ...(facts.first === undefined && first && { first }),
    ...(facts.rescueOf === undefined && rescueOf && { rescueOf }),
    ...(facts.block === undefined && block !== undefined && { block }),
    ...(facts.person === undefined && person !== undefined && { person }),
  };
}

/** The status says why the present outcome is not recorded. */
function nextStatus(before: Row | undefined, after: Row, event: LedgerEvent): number | undefined {
  if (event.type === "ended") return after.state === "recorded" ? undefined : event.ended.status;
  return after.reason === null ? undefined : before?.vonageStatus;
}

// Random segments, counters, cells and messages for the properties.

import fc from "fast-check";
import type { Cell } from "../../src/insight/cell.ts";
import { COHORT_MS } from "../../src/insight/cohort.ts";
import type { CountedMessage } from "../../src/insight/contribution.ts";
import { type Facts, RECEIPT_CLASSES } from "../../src/insight/facts.ts";
import type { Segment } from "../../src/insight/segment.ts";
import { CHANNELS, TRAFFICS } from "../../src/wire/report.ts";

export const NOON = Date.UTC(2026, 5, 1, 12);

const countries = fc.constantFrom("GB", "DE", "ZZ");
const networks = fc.constantFrom("23410", "26201", "");

export const segments: fc.Arbitrary<Segment> = fc.record({
  traffic: fc.constantFrom(...TRAFFICS),
  channel: fc.constantFrom(...CHANNELS),
  country: countries,
  network: networks,
});

/** Names of counters, among them those that plain objects treat specially and one of a later version. */
const names = fc.constantFrom("sent", "converted", "ttc.3", "__proto__", "constructor", "later.version");

export const counts = fc
  .array(fc.tuple(names, fc.integer({ min: 1, max: 1e9 })), { maxLength: 5 })
  .map((entries) => Object.fromEntries(entries));

export const cells: fc.Arbitrary<Cell> = fc.record({
  cohort: fc.nat(5).map((index) => NOON + index * COHORT_MS),
  segment: segments,
  counts,
});

const instants = fc.integer({ min: NOON - 600_000, max: NOON + 2 * 86_400_000 });

const facts: fc.Arbitrary<Facts> = fc.record(
  {
    country: countries,
    network: networks,
    sentAt: instants,
    price: fc.nat(1e8),
    cause: fc.constantFrom("superseded", "cancelled"),
    receipt: fc.constantFrom(...RECEIPT_CLASSES),
    first: fc.constant(true),
    rescueOf: fc.record({ channel: fc.constantFrom(...CHANNELS), network: networks, sentAt: instants }),
    confirmedAt: instants,
  },
  { requiredKeys: ["country", "network", "sentAt"] },
);

/** Every combination of state and facts, also those that make no sense. */
export const messages: fc.Arbitrary<CountedMessage> = fc.record({
  traffic: fc.constantFrom(...TRAFFICS),
  channel: fc.constantFrom(...CHANNELS),
  delivered: fc.constantFrom(true, false, null),
  occurredAt: fc.option(instants),
  since: instants,
  recorded: fc.boolean(),
  dead: fc.boolean(),
  facts: fc.option(facts, { nil: undefined }),
});

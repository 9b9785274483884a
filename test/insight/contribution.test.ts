import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mergeCells, subtractCells } from "../../src/insight/cell.ts";
import {
  type CountedMessage,
  contributionChange,
  contributionOf,
  contributionOfUnsent,
  toCountedMessage,
} from "../../src/insight/contribution.ts";
import type { Facts } from "../../src/insight/facts.ts";
import { toSegment } from "../../src/insight/segment.ts";
import type { Row } from "../../src/ledger/row.ts";
import "../support/property-seed.ts";
import { messages, NOON } from "./arbitraries.ts";

const FACTS: Facts = { country: "GB", network: "23410", sentAt: NOON + 60_000 };
const SENT: CountedMessage = {
  traffic: "2fa",
  channel: "sms",
  delivered: null,
  occurredAt: null,
  since: NOON + 61_000,
  recorded: false,
  dead: false,
  facts: FACTS,
};
const CONVERTED: CountedMessage = { ...SENT, delivered: true, occurredAt: NOON + 70_000 };
const EXPIRED: CountedMessage = { ...SENT, delivered: false, occurredAt: NOON + 360_000 };

const countsOf = (message: CountedMessage, facts: Partial<Facts> = {}) =>
  contributionOf({ ...message, facts: { ...FACTS, ...facts } })[0]?.counts;

describe("a message's contribution", () => {
  it("belongs to the five minutes and the segment of its sending", () => {
    expect(contributionOf(SENT)).toEqual([
      { cohort: NOON, segment: toSegment("2fa", "sms", "GB", "23410"), counts: { sent: 1 } },
    ]);
  });

  it("has no country without facts, and the time of its outcome, else of its arrival", () => {
    const bare = { ...EXPIRED, facts: undefined };
    expect(contributionOf(bare)).toEqual([
      {
        cohort: NOON + 300_000,
        segment: toSegment("2fa", "sms"),
        counts: { sent: 1, notConverted: 1, "receipt.none.notConverted": 1 },
      },
    ]);
    expect(contributionOf({ ...SENT, facts: undefined })[0]?.cohort).toBe(NOON);
  });

  it("counts the outcome, the receipt beside it, and the time to convert", () => {
    expect(countsOf(CONVERTED, { receipt: "delivered" })).toEqual({
      sent: 1,
      converted: 1,
      "receipt.delivered.converted": 1,
      "ttc.5": 1,
    });
    expect(countsOf(EXPIRED)).toEqual({ sent: 1, notConverted: 1, "receipt.none.notConverted": 1 });
  });

  it("takes a proof from before the sending, or without a time, as immediate", () => {
    expect(countsOf({ ...CONVERTED, occurredAt: NOON })).toHaveProperty(["ttc.0"], 1);
    expect(countsOf({ ...CONVERTED, occurredAt: null })).toHaveProperty(["ttc.0"], 1);
  });

  it("counts a receipt that comes before the outcome on its own", () => {
    expect(countsOf(SENT, { receipt: "failed" })).toEqual({ sent: 1, "receiptEarly.failed": 1 });
  });

  it.each(["superseded", "cancelled"] as const)(
    "keeps %s messages apart from those not converted",
    (cause) => {
      expect(countsOf(EXPIRED, { cause, price: 5 })).toEqual({
        sent: 1,
        [cause]: 1,
        [`receipt.none.${cause}`]: 1,
        priced: 1,
        price: 5,
      });
    },
  );

  it("is converted by a late proof, whatever was the cause of the false", () => {
    expect(countsOf(CONVERTED, { cause: "superseded" })).toMatchObject({ converted: 1 });
  });

  it("counts prices, and those of messages that were not converted", () => {
    expect(countsOf(SENT, { price: 7 })).toEqual({ sent: 1, priced: 1, price: 7 });
    expect(countsOf(EXPIRED, { price: 7 })).toMatchObject({ priced: 1, price: 7, priceNotConverted: 7 });
    expect(countsOf(EXPIRED, { price: 0 })).not.toHaveProperty("price");
    expect(countsOf(EXPIRED, { price: 0 })).toMatchObject({ priced: 1 });
  });

  it("counts how long the report took once Vonage has confirmed it", () => {
    const recorded = { ...CONVERTED, recorded: true };
    expect(countsOf(recorded, { confirmedAt: NOON + 130_000 })).toHaveProperty(["lag.8"], 1);
    expect(countsOf(CONVERTED, { confirmedAt: NOON + 130_000 })).not.toHaveProperty(["lag.8"]);
    expect(Object.keys(countsOf(recorded) ?? {})).not.toContain("lag.0");
    expect(countsOf({ ...recorded, occurredAt: null }, { confirmedAt: NOON })).not.toHaveProperty(["lag.0"]);
  });

  it("counts a dead report", () => {
    expect(countsOf({ ...EXPIRED, dead: true })).toMatchObject({ dead: 1, notConverted: 1 });
  });

  it("counts a first message that did not help, and where a later one did", () => {
    expect(countsOf(EXPIRED, { first: true })).toMatchObject({ firstNotConverted: 1 });
    expect(countsOf(EXPIRED, { first: true, cause: "superseded" })).toMatchObject({ firstNotConverted: 1 });
    expect(countsOf(EXPIRED, { first: true, cause: "cancelled" })).not.toHaveProperty("firstNotConverted");
    expect(countsOf(CONVERTED, { first: true })).not.toHaveProperty("firstNotConverted");

    const rescueOf = { channel: "sms", network: "23415", sentAt: NOON - 1 } as const;
    const call = { ...CONVERTED, channel: "voice", facts: { ...FACTS, rescueOf } } as const;
    expect(contributionOf(call)[1]).toEqual({
      cohort: NOON - 300_000,
      segment: toSegment("2fa", "sms", "GB", "23415"),
      counts: { rescued: 1 },
    });
    expect(contributionOf({ ...call, delivered: false })).toHaveLength(1);
  });
});

describe("the change of a step", () => {
  it("moves a message when a late proof arrives", () => {
    expect(contributionChange(EXPIRED, CONVERTED)[0]?.counts).toEqual({
      converted: 1,
      notConverted: -1,
      "receipt.none.converted": 1,
      "receipt.none.notConverted": -1,
      "ttc.5": 1,
    });
  });

  it("is nothing where a step changes nothing that counts", () => {
    expect(contributionChange(SENT, { ...SENT, since: NOON + 90_000 })).toEqual([]);
  });

  it("sums over any history to the contribution of its end", () => {
    fc.assert(
      fc.property(fc.array(messages, { minLength: 1, maxLength: 8 }), (history) => {
        const changes = history.flatMap((after, index) => contributionChange(history[index - 1], after));
        const end = history.slice(-1).flatMap(contributionOf);
        expect(subtractCells(mergeCells(changes), end)).toEqual([]);
      }),
    );
  });

  it("sums over many messages to the same in any order, and no counter is ever negative", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(messages, messages), { maxLength: 6 }), (pairs) => {
        const steps = pairs.flatMap(([before, after]) => [
          contributionChange(undefined, before),
          contributionChange(before, after),
        ]);
        const sum = mergeCells(steps.flat());
        expect(subtractCells(sum, mergeCells(steps.reverse().flat()))).toEqual([]);
        for (const { counts } of sum) expect(Math.min(...Object.values(counts))).toBeGreaterThan(0);
      }),
    );
  });
});

describe("a row of the ledger", () => {
  const ROW: Row = {
    channel: "sms",
    messageId: "m1",
    traffic: "2fa",
    state: "recorded",
    delivered: false,
    occurredAt: NOON + 5000,
    due: NOON + 9000,
    since: NOON,
    attempts: 1,
    reason: null,
    successor: null,
  };

  it("counts by its outcome and state", () => {
    const counted = {
      traffic: "2fa",
      channel: "sms",
      since: NOON,
      delivered: false,
      occurredAt: NOON + 5000,
    };
    expect(toCountedMessage(ROW, FACTS)).toEqual({ ...counted, recorded: true, dead: false, facts: FACTS });
    expect(toCountedMessage({ ...ROW, state: "dead" }, undefined)).toMatchObject({
      recorded: false,
      dead: true,
    });
  });

  it("counts as converted while its true still waits behind its false", () => {
    const waiting = { ...ROW, state: "sending", successor: NOON + 7000 } as const;
    expect(toCountedMessage(waiting, FACTS)).toMatchObject({
      delivered: true,
      occurredAt: NOON + 7000,
      recorded: false,
    });
  });
});

describe("a message that was not sent", () => {
  const unsent = { traffic: "2fa", channel: "sms", country: "GB", network: "", sentAt: NOON } as const;

  it.each([
    ["9", "refused.9"],
    ["rate_limited", "refused.rate_limited"],
    ["An unheard-of answer, at length", "refused.other"],
    [undefined, "uncertain"],
  ])("with status %s counts as %s", (status, name) => {
    expect(contributionOfUnsent({ ...unsent, status })).toEqual([
      { cohort: NOON, segment: toSegment("2fa", "sms", "GB"), counts: { [name]: 1 } },
    ]);
  });
});

import { describe, expect, it } from "vitest";
import type { Facts } from "../../src/insight/facts.ts";
import type { LedgerEvent } from "../../src/ledger/events.ts";
import { step } from "../../src/ledger/machine.ts";
import type { Row } from "../../src/ledger/row.ts";

const NOW = 1_780_315_200_000;
const RULES = { lostAfter: 25_000, keepRecorded: 172_800_000, keepDead: 2_592_000_000 };
const KEY = { channel: "sms", messageId: "0A0000000123ABCD1" } as const;
const UNKNOWN: Facts = { country: "ZZ", network: "", sentAt: NOW };
const GB: Facts = { country: "GB", network: "23410", sentAt: NOW - 9000, price: 3_330_000 };

const follow = (row: Row | undefined, ...events: LedgerEvent[]): Row | undefined =>
  events.reduce<Row | undefined>((last, event) => step(KEY, last, event, NOW, RULES).row, row);

const track = (facts?: Facts): LedgerEvent => ({
  ...{ type: "track", traffic: "2fa", expiresAt: NOW + 300_000 },
  facts,
});
const report = (delivered: boolean, facts?: Facts): LedgerEvent => ({
  ...{ type: "report", traffic: "2fa", delivered, occurredAt: NOW, hold: false },
  facts,
});
const receipt = (more: Partial<Extract<LedgerEvent, { type: "receipt" }>> = {}): LedgerEvent => ({
  ...{ type: "receipt", traffic: "2fa", receipt: "delivered" },
  ...more,
});
const OK: LedgerEvent = { type: "ended", ended: { code: null }, random: 0 };
const failed = (status?: number): LedgerEvent => ({
  ...{ type: "ended", random: 0 },
  ended: { code: "unavailable", status },
});

describe("the facts of a message", () => {
  it("stay from when it is tracked; its report knows no better, and Vonage's 200 is added", () => {
    expect(follow(undefined, track(GB), report(true, UNKNOWN), OK)?.facts).toEqual({
      ...GB,
      confirmedAt: NOW,
    });
  });

  it("are completed by a second track of it, also in what only the workflow knows", () => {
    const more: Facts = {
      ...{ ...GB, first: true, receipt: "failed", block: "b", person: "p" },
      rescueOf: { channel: "sms", network: "", sentAt: NOW },
    };
    expect(follow(undefined, track(UNKNOWN), track(more))?.facts).toEqual({ ...more, sentAt: NOW });
    const other: Facts = { ...more, country: "US", network: "310260", price: 1, receipt: "delivered" };
    expect(follow(undefined, track(more), track({ ...other, block: "x", person: "y" }))?.facts).toEqual(more);
  });

  it("come with a track that is later than the report, whose time of sending was a guess", () => {
    const reported = follow(undefined, report(true, UNKNOWN), OK);
    expect(follow(reported, track(GB))?.facts).toEqual({ ...GB, confirmedAt: NOW });
    // Once it is known, nothing changes.
    const tracked = follow(reported, track(GB));
    expect(follow(tracked, track({ ...GB, sentAt: NOW - 5 }))).toBe(tracked);
    const uncounted = follow(undefined, report(true), OK);
    expect(follow(uncounted, track(GB))?.facts).toEqual(GB);
    expect(follow(uncounted, track())).toBe(uncounted);
    expect(follow(tracked, { ...track(GB), traffic: "other" } as LedgerEvent)).toBe(tracked);
  });

  it("have the cause of a false, until a true takes its place", () => {
    const denied = follow(undefined, track(GB), report(false, { ...UNKNOWN, cause: "cancelled" }), OK);
    expect(denied?.facts).toMatchObject({ cause: "cancelled", confirmedAt: NOW });
    const proven = follow(denied, report(true, UNKNOWN));
    expect(proven?.facts).toEqual(GB);
    expect(
      follow(undefined, report(true, { ...UNKNOWN, cause: "cancelled" }), report(true, UNKNOWN))?.facts
        ?.cause,
    ).toBe("cancelled");
  });

  it("are none where no event brings any", () => {
    expect(follow(undefined, track(), report(true), OK, receipt())).not.toHaveProperty("facts");
  });
});

describe("a receipt", () => {
  it("is added, with network and price as far as they are unknown; a final one replaces any other", () => {
    const tracked = follow(undefined, track(UNKNOWN));
    const seen = follow(tracked, receipt({ receipt: "other", network: "23415", price: 5 }));
    expect(seen?.facts).toEqual({ ...UNKNOWN, receipt: "other", network: "23415", price: 5 });
    const last = follow(
      seen,
      receipt({ receipt: "failed" }),
      receipt({ receipt: "delivered", network: "1", price: 7 }),
    );
    expect(last?.facts).toEqual({ ...UNKNOWN, receipt: "delivered", network: "23415", price: 5 });
    expect(follow(last, receipt({ receipt: "other" }))).toBe(last);
  });

  it("that is older changes nothing when it comes again, and the order of arrivals does not matter", () => {
    const tracked = follow(undefined, track(GB));
    const early = receipt({ receipt: "delivered", at: NOW });
    const late = receipt({ receipt: "failed", at: NOW + 60_000 });
    const inOrder = follow(tracked, early, late);
    expect(inOrder?.facts).toEqual({ ...GB, receipt: "failed", receiptAt: NOW + 60_000 });
    expect(follow(inOrder, early)).toBe(inOrder);
    expect(follow(inOrder, late)).toBe(inOrder);
    expect(follow(tracked, late, early)?.facts).toEqual(inOrder?.facts);
    // One without a time is the oldest; at the same time, delivered stays.
    expect(follow(inOrder, receipt({ receipt: "delivered" }))).toBe(inOrder);
    const without = follow(tracked, receipt({ receipt: "expired" }));
    expect(follow(without, early)?.facts).toEqual({ ...GB, receipt: "delivered", receiptAt: NOW });
    const delivered = follow(tracked, receipt({ receipt: "rejected", at: NOW }), early);
    expect(delivered?.facts?.receipt).toBe("delivered");
    expect(follow(delivered, receipt({ receipt: "rejected", at: NOW }))).toBe(delivered);
    // A later one that is not final changes nothing.
    expect(follow(inOrder, receipt({ receipt: "other", at: NOW + 120_000 }))).toBe(inOrder);
  });

  it("changes nothing of a message of the other traffic, of one without facts, and of one that is unknown", () => {
    const tracked = follow(undefined, track(GB));
    expect(follow(tracked, receipt({ traffic: "other" }))).toBe(tracked);
    const uncounted = follow(undefined, track());
    expect(follow(uncounted, receipt())).toBe(uncounted);
    expect(follow(undefined, receipt())).toBeUndefined();
  });
});

describe("the status of Vonage's last answer", () => {
  it("is kept while the report waits, and gone once Vonage has confirmed or the outcome is another", () => {
    const waiting = follow(undefined, report(false), failed(503));
    expect(waiting?.vonageStatus).toBe(503);
    expect(follow(waiting, { type: "due" })?.vonageStatus).toBe(503);
    expect(follow(waiting, { type: "due" }, failed())).not.toHaveProperty("vonageStatus");
    expect(follow(waiting, { type: "due" }, OK)).not.toHaveProperty("vonageStatus");
    expect(follow(waiting, report(true))).not.toHaveProperty("vonageStatus");
  });
});

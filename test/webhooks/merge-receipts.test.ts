import "../support/property-seed.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RECEIPT_STATUSES } from "../../src/webhooks/delivery-receipt.ts";
import { type DeliveryReceipt, mergeReceipts } from "../../src/webhooks/index.ts";

const mergeAll = (receipts: readonly DeliveryReceipt[]) =>
  receipts.reduce<DeliveryReceipt[]>((known, one) => mergeReceipts(known, one), []);

const receipt = (changes: Partial<DeliveryReceipt>): DeliveryReceipt => ({
  messageId: "A",
  number: "447700900000",
  status: "delivered",
  ...changes,
});

// Few distinct values, so that ties are common.
const anyReceipt: fc.Arbitrary<DeliveryReceipt> = fc
  .record(
    {
      messageId: fc.constantFrom("A", "B", "C"),
      number: fc.constant("447700900000"),
      status: fc.constantFrom(...RECEIPT_STATUSES),
      errorCode: fc.constantFrom(0, 1),
      price: fc.constantFrom("0.03", "0.04"),
      occurredAt: fc.constantFrom(0, 60_000, 120_000),
    },
    { requiredKeys: ["messageId", "number", "status"] },
  )
  .map((one) => one as DeliveryReceipt);

describe("merged receipts", () => {
  it("are the same in any order of arrival", () => {
    const shuffled = fc
      .array(anyReceipt, { maxLength: 8 })
      .chain((all) =>
        fc.tuple(
          fc.constant(all),
          fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }),
        ),
      );
    fc.assert(
      fc.property(shuffled, ([a, b]) => {
        expect(mergeAll(b)).toEqual(mergeAll(a));
      }),
    );
  });

  it("are the same however often they arrive", () => {
    fc.assert(
      fc.property(fc.array(anyReceipt, { maxLength: 8 }), (all) => {
        expect(mergeAll([...all, ...all])).toEqual(mergeAll(all));
      }),
    );
  });

  it("are the same with any earlier merges", () => {
    const lists = fc.tuple(fc.array(anyReceipt, { maxLength: 4 }), fc.array(anyReceipt, { maxLength: 4 }));
    fc.assert(
      fc.property(lists, ([a, b]) => {
        expect(mergeAll([...mergeAll(a), ...mergeAll(b)])).toEqual(mergeAll([...a, ...b]));
      }),
    );
  });

  it("are one for each part, and each one is a receipt that arrived", () => {
    fc.assert(
      fc.property(fc.array(anyReceipt, { maxLength: 8 }), (all) => {
        const merged = mergeAll(all);
        expect(merged.map((one) => one.messageId)).toEqual(
          [...new Set(all.map((one) => one.messageId))].sort(),
        );
        for (const one of merged) expect(all).toContainEqual(one);
      }),
    );
  });

  it("are the same in any order of stored fields", () => {
    const other = (one: DeliveryReceipt) =>
      Object.fromEntries(Object.entries(one).reverse()) as object as DeliveryReceipt;
    const a = receipt({ errorCode: 0, price: "0.04" });
    const b = receipt({ errorCode: 1, price: "0.03" });
    for (const all of [
      [a, b],
      [other(a), b],
      [a, other(b)],
    ])
      expect(mergeAll(all)).toEqual([b]);
  });

  it("do not change the original list", () => {
    const known = Object.freeze([receipt({ status: "buffered" })]);
    mergeReceipts(known, receipt({}));
    expect(known).toEqual([receipt({ status: "buffered" })]);
  });
});

describe("of two receipts for a part", () => {
  it.each([
    ["accepted over unknown", { status: "accepted" }, { status: "unknown" }],
    ["buffered over accepted", { status: "buffered" }, { status: "accepted" }],
    ["failed over buffered", { status: "failed" }, { status: "buffered" }],
    [
      "expired over buffered, even when it is older",
      { status: "expired", occurredAt: 1 },
      { status: "buffered", occurredAt: 2 },
    ],
    ["the later final one", { status: "failed", occurredAt: 2 }, { status: "delivered", occurredAt: 1 }],
    ["one with a time", { status: "failed", occurredAt: 0 }, { status: "delivered" }],
    [
      "delivered within the same minute",
      { status: "delivered", occurredAt: 1 },
      { status: "failed", occurredAt: 1 },
    ],
  ] as const)("%s is kept", (_, winner, loser) => {
    const [a, b] = [receipt(winner), receipt(loser)];
    expect(mergeAll([a, b])).toEqual([a]);
    expect(mergeAll([b, a])).toEqual([a]);
  });
});

import { describe, expect, it } from "vitest";
import type { Facts } from "../../src/insight/facts.ts";
import { formatExtras, parseExtras } from "../../src/ledger/stored-facts.ts";

const NOW = 1_780_315_200_000;
const FACTS: Facts = { country: "ZZ", network: "", sentAt: NOW };
const ALL: Facts = {
  ...{ country: "GB", network: "23410", sentAt: NOW, price: 3_330_000, cause: "cancelled" },
  ...{
    receipt: "delivered",
    receiptAt: NOW + 60_000,
    first: true,
    confirmedAt: NOW + 5,
    block: "abcdefgh",
    person: "hgfedcba",
  },
  rescueOf: { channel: "voice", network: "", sentAt: NOW - 60_000 },
};

describe("facts in a row", () => {
  it("are read as they were written", () => {
    const rows = [
      {},
      { facts: FACTS },
      { facts: ALL },
      { facts: { ...FACTS, cause: "superseded", receipt: "other", price: 0 } as const },
      { vonageStatus: 402 },
      { facts: ALL, vonageStatus: 503, note: true as const },
    ];
    for (const row of rows) expect(parseExtras(formatExtras(row))).toEqual(row);
    expect(formatExtras({})).toBeNull();
  });

  it("are short, since every row has them", () => {
    expect(formatExtras({ facts: { ...FACTS, confirmedAt: NOW } })?.length).toBeLessThan(45);
  });

  it("that cannot be read count as none, and so does each of their members", () => {
    for (const text of [null, 7, "", "{", "[]", "null", '"s"', '{"s":"yesterday"}', '{"h":"402"}', '{"u":2}'])
      expect(parseExtras(text)).toEqual({});
    const odd = {
      s: NOW,
      c: 7,
      n: "GB",
      p: -1,
      x: 9,
      r: "x",
      f: 2,
      o: ["fax", "", NOW],
      t: "now",
      b: 1,
      q: {},
    };
    expect(parseExtras(JSON.stringify(odd))).toEqual({ facts: FACTS });
    for (const o of [["sms", 7, NOW], ["sms", "", "x"], "sms"])
      expect(parseExtras(JSON.stringify({ s: NOW, o }))).toEqual({ facts: FACTS });
  });
});

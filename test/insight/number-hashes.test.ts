import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { hashNumber } from "../../src/insight/number-hashes.ts";
import { isSettledReceipt, toReceiptClass } from "../../src/insight/receipt-class.ts";
import { RECEIPT_STATUSES } from "../../src/webhooks/delivery-receipt.ts";

const SECRET = "code-secret-0123456789-0123456789-abcdef";
const node = (text: string) =>
  createHmac("sha256", SECRET).update(text).digest().subarray(0, 6).toString("base64url");

describe("the hashes of a number", () => {
  it("are six bytes of HMAC-SHA-256, of the number and of all but its last four digits", async () => {
    expect(await hashNumber(SECRET, "447400123456")).toEqual({
      block: node("insight-block.44740012"),
      person: node("insight-person.447400123456"),
    });
  });

  it("are the same for a block, and different for each number and secret", async () => {
    const [one, other] = [await hashNumber(SECRET, "447400123456"), await hashNumber(SECRET, "447400129999")];
    expect(one.block).toBe(other.block);
    expect(one.person).not.toBe(other.person);
    expect((await hashNumber(`${SECRET}x`, "447400123456")).block).not.toBe(one.block);
  });
});

describe("a receipt's class", () => {
  it("is its status if that is final, and otherwise other", () => {
    expect(RECEIPT_STATUSES.map(toReceiptClass)).toEqual([
      ...["other", "other", "other", "expired", "failed", "rejected", "delivered"],
    ]);
    expect(RECEIPT_STATUSES.map(toReceiptClass).filter(isSettledReceipt)).toHaveLength(4);
  });
});

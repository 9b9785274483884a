import { describe, expect, it } from "vitest";
import { REPORT_STATES, type Row } from "../../src/ledger/row.ts";
import { isNoted, needsNote, toNote } from "../../src/ledger/under-way.ts";

const NOW = 1_780_315_200_000;
const UNDER_WAY: Row = {
  channel: "sms",
  messageId: "0A0000000123ABCD1",
  traffic: "2fa",
  state: "sending",
  delivered: true,
  occurredAt: NOW - 7000,
  due: NOW + 20_000,
  since: NOW - 5000,
  attempts: 3,
  reason: "unavailable",
  successor: null,
};

describe("a request that is under way", () => {
  it("needs a note where time would act on the stored row, and none where there is none or it is settled", () => {
    expect(needsNote(undefined)).toBe(false);
    const needing = REPORT_STATES.filter((state) => needsNote({ ...UNDER_WAY, state }));
    expect(needing).toEqual(["tracking", "sending", "queued"]);
  });

  it("is noted as a report that is sent again when it counts as lost, and may have arrived", () => {
    expect(toNote(UNDER_WAY, undefined, NOW)).toEqual({ ...UNDER_WAY, state: "queued", uncertain: true });
    const denied = { ...UNDER_WAY, delivered: false };
    expect(toNote(denied, undefined, NOW)).toEqual({ ...denied, state: "queued" });
  });

  it("is noted as the true that waits behind a false", () => {
    const behind = { ...UNDER_WAY, delivered: false, successor: NOW - 100 };
    expect(toNote(behind, undefined, NOW)).toEqual({
      ...UNDER_WAY,
      ...{ state: "queued", occurredAt: NOW - 100, since: NOW, attempts: 0, reason: null },
    });
  });

  it("is noted once its note is stored, whatever was stored before", () => {
    expect(isNoted({ row: UNDER_WAY, stored: undefined })).toBe(false);
    expect(isNoted({ row: UNDER_WAY, stored: { ...UNDER_WAY, state: "recorded", delivered: false } })).toBe(
      false,
    );
    expect(isNoted({ row: UNDER_WAY, stored: toNote(UNDER_WAY, undefined, NOW) })).toBe(true);
  });
});

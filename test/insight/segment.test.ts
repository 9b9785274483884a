import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { otherSegment, parseSegmentKey, toSegment, toSegmentKey } from "../../src/insight/segment.ts";
import "../support/property-seed.ts";
import { segments } from "./arbitraries.ts";

describe("a segment", () => {
  it("is written as one text and read back", () => {
    expect(toSegmentKey(toSegment("2fa", "sms", "GB", "23410"))).toBe("2fa/sms/GB/23410");
    expect(toSegmentKey(toSegment("other", "voice", "GB"))).toBe("other/voice/GB/");
    fc.assert(
      fc.property(segments, (segment) => {
        expect(parseSegmentKey(toSegmentKey(segment))).toEqual(segment);
      }),
    );
  });

  it.each([undefined, null, 4, "", "gb", "GBR", "<b>", "ÅÄ"])("has no country %j", (country) => {
    expect(toSegment("2fa", "sms", country, "23410").country).toBe("ZZ");
  });

  it.each([undefined, null, 23410, "234", "2341000", "23a10", "٢٣٤١٠"])("has no network %j", (network) => {
    expect(toSegment("2fa", "sms", "GB", network).network).toBe("");
  });

  it.each([
    "",
    "2fa/sms/GB",
    "2fa/sms/gb/23410",
    "2fa/sms/GB/x",
    "3fa/sms/GB/23410",
    "2fa/fax/GB/23410",
    "2fa/sms/GB/23410/",
  ])("is not read from %j", (key) => {
    expect(parseSegmentKey(key)).toBeUndefined();
  });

  it("gives way to that of unknown messages of its traffic and channel", () => {
    expect(otherSegment(toSegment("other", "voice", "GB", "23410"))).toEqual(toSegment("other", "voice"));
  });
});

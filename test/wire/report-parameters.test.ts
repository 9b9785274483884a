import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseForm } from "../../src/wire/form.ts";
import { parseJson } from "../../src/wire/json-body.ts";
import type { DecodedParameters } from "../../src/wire/parameters.ts";
import { CHANNELS, createReportSchema, type ValidReport } from "../../src/wire/report.ts";
import { decodeReport, encodeReport } from "../../src/wire/report-parameters.ts";
import { readParameters } from "../../src/wire/request-parameters.ts";
import { cases } from "../support/property-seed.ts";

const NOW = Date.UTC(2026, 5, 1, 12);
const schema = createReportSchema(() => NOW);
const decode = (decoded: DecodedParameters, alsoKnown: readonly string[] = []) =>
  decodeReport("sms", decoded, new Set(alsoKnown), schema);

describe("the parameters of a report", () => {
  it.each<[ValidReport, [string, string][]]>([
    [
      { channel: "sms", messageId: "0A0000000123ABCD1", delivered: true },
      [
        ["message-id", "0A0000000123ABCD1"],
        ["delivered", "true"],
      ],
    ],
    [
      { channel: "voice", messageId: "a b&c=ü", delivered: false, timestamp: NOW + 999 },
      [
        ["message-id", "a b&c=ü"],
        ["delivered", "false"],
        ["timestamp", "2026-06-01 12:00:00"],
      ],
    ],
    [
      { channel: "sms", messageId: "x", delivered: true, timestamp: undefined },
      [
        ["message-id", "x"],
        ["delivered", "true"],
      ],
    ],
  ])("come in the order of the API's documentation: %j", (report, parameters) => {
    expect(encodeReport(report)).toEqual(parameters);
  });
});

describe("a report read from parameters", () => {
  it.each([
    ["true", true],
    ["True", true],
    ["TRUE", true],
    ["1", true],
    ["false", false],
    ["False", false],
    ["FALSE", false],
    ["0", false],
  ])("reads delivered=%s as %s", (spelling, delivered) => {
    expect(decode(parseForm(`message-id=x&delivered=${spelling}`))).toEqual({
      report: { channel: "sms", messageId: "x", delivered },
    });
  });

  it.each(["", "yes", "2", "01", "-1", "on", "t", "null", " true", "true%00"])(
    "refuses delivered=%s with the rule",
    (spelling) => {
      expect(decode(parseForm(`message-id=x&delivered=${spelling}`))).toEqual({
        faults: [{ parameter: "delivered", detail: "must be true, false, 1 or 0" }],
      });
    },
  );

  it.each([
    ["the API's own spelling", "2026-06-01+11%3A59%3A30", NOW - 30_000],
    ["UNIX seconds, as signed by Ruby's SDK", String(NOW / 1000), NOW],
    ["UNIX seconds of nine digits, which are too early", "999999999", undefined],
    ["milliseconds", String(NOW), undefined],
    ["ISO 8601", "2026-06-01T12:00:00Z", undefined],
    ["a day that does not exist", "2026-02-30+00:00:00", undefined],
    ["a moment within the clock skew", String(NOW / 1000 + 300), NOW + 300_000],
    ["a moment past the clock skew", String(NOW / 1000 + 301), undefined],
    ["nothing in it", "", undefined],
    ["a negative number", "-1780315200", undefined],
  ])("accepts or refuses a timestamp of %s", (_, text, instant) => {
    const { report, faults } = decode(parseForm(`message-id=x&delivered=1&timestamp=${text}`));
    expect(report?.timestamp).toBe(instant);
    expect(faults?.map(({ parameter }) => parameter)).toEqual(
      instant === undefined ? ["timestamp"] : undefined,
    );
  });

  it("refuses milliseconds with the right spelling", () => {
    expect(decode(parseForm(`message-id=x&delivered=1&timestamp=${NOW}`))).toEqual({
      faults: [
        {
          parameter: "timestamp",
          detail: "must be UTC as yyyy-MM-dd HH:mm:ss, and a date that exists",
        },
      ],
    });
  });

  it.each([
    ["true", true],
    ["false", false],
    ["1", true],
    ["0", false],
    ['"1"', true],
    ['"False"', false],
  ])("reads delivered: %s of a JSON body as %s, and whole seconds as a timestamp", (written, delivered) => {
    const body = `{"message-id":"1234567890","delivered":${written},"timestamp":${NOW / 1000}}`;
    expect(decode(parseJson(body))).toEqual({
      report: { channel: "sms", messageId: "1234567890", delivered, timestamp: NOW },
    });
  });

  it.each([
    ["delivered: 2", '"delivered":2', "delivered"],
    ["delivered: -1", '"delivered":-1', "delivered"],
    ["a fraction of a second", `"delivered":1,"timestamp":${NOW / 1000}.5`, "timestamp"],
    ["milliseconds", `"delivered":1,"timestamp":${NOW}`, "timestamp"],
    ["a timestamp that is a boolean", '"delivered":1,"timestamp":true', "timestamp"],
  ])("refuses %s of a JSON body", (_, members, parameter) => {
    const { faults } = decode(parseJson(`{"message-id":"x",${members}}`));
    expect(faults?.map((one) => one.parameter)).toEqual([parameter]);
  });

  it.each(["1234567890", "1e3", "true"])("refuses a JSON body's %s as a message id, with one fault", (id) => {
    expect(decode(parseJson(`{"message-id":${id},"delivered":true}`))).toEqual({
      faults: [{ parameter: "message-id", detail: expect.stringMatching(/^must be a string/) }],
    });
  });

  it("has the channel of its path", () => {
    const decoded = parseForm("message-id=x&delivered=1");
    expect(decodeReport("voice", decoded, new Set(), schema).report?.channel).toBe("voice");
  });

  it("has all faults at once, including broken escapes and repetitions", () => {
    const { report, faults } = decode(
      parseForm("a=%FF&delivered=maybe&delivered=1&colour=red&timestamp=now&message-id=+"),
    );
    expect(report).toBeUndefined();
    expect(faults).toEqual([
      { parameter: "a", detail: "is not valid percent-encoded UTF-8" },
      { parameter: "delivered", detail: "is given more than once" },
      { parameter: "colour", detail: "is not known" },
      { parameter: "delivered", detail: "must be true, false, 1 or 0" },
      { parameter: "timestamp", detail: "must be UTC as yyyy-MM-dd HH:mm:ss, and a date that exists" },
      {
        parameter: "message-id",
        detail: expect.stringMatching(/^must be 1 to 128 characters.*, got a string of 1 /),
      },
    ]);
  });

  it("of an empty request has a fault for each required parameter", () => {
    expect(
      decode(parseForm(""))
        .faults?.map(({ parameter }) => parameter)
        .sort(),
    ).toEqual(["delivered", "message-id"]);
  });

  it.each(["messageId", "message_id", "messageid", "MESSAGE-ID", "Message_Id"])(
    "refuses %s with the API's spelling",
    (name) => {
      expect(decode(parseForm(`${name}=x&delivered=1`)).faults).toContainEqual({
        parameter: name,
        detail: "is not known; the API spells it message-id",
      });
    },
  );

  it.each(["message-ids", "my-message-id", "message--id"])(
    "does not mistake %s for a misspelling",
    (name) => {
      expect(decode(parseForm(`message-id=x&delivered=1&${name}=x`)).faults).toEqual([
        { parameter: name, detail: "is not known" },
      ]);
    },
  );

  it("may have further names that its caller allows, in exactly their spelling", () => {
    const decoded = parseForm("message-id=x&delivered=1&api_key=k&sig=s");
    expect(decode(decoded, ["api_key", "sig"]).faults).toBeUndefined();
    expect(decode(decoded, ["api_key", "SIG"]).faults).toEqual([
      { parameter: "sig", detail: "is not known" },
    ]);
  });

  it.each([
    ["markup", "%3Cscript%3E"],
    ["a line end", "a%0Ab"],
    ["blanks", "a+b"],
    ["another script", "%C3%BC"],
    ["more than 40 characters", "a".repeat(41)],
    ["nothing in it", ""],
  ])("does not repeat an unknown name with %s", (_, name) => {
    expect(decode(parseForm(`message-id=x&delivered=1&${name}=1`)).faults).toEqual([
      { parameter: "(unprintable)", detail: "is not known" },
    ]);
  });

  it("never repeats a value", () => {
    const { faults } = decode(parseForm("message-id=&delivered=s3cret&timestamp=s3cret&colour=s3cret"));
    expect(faults).toHaveLength(4);
    expect(JSON.stringify(faults)).not.toContain("s3cret");
  });
});

describe("an encoded report", () => {
  /** All possible message ids: most of Unicode, and often characters that are special in URLs, forms or JSON. */
  const messageIds = fc
    .string({
      unit: fc.oneof(
        fc.constantFrom(..."&=+%;#?/\\\"'{}: \uFEFFü😀"),
        fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
      ),
      minLength: 1,
      maxLength: 128,
    })
    .filter((id) => [...id].length <= 128 && /\S/.test(id) && !/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u.test(id));
  const reports = fc.record<ValidReport>(
    {
      channel: fc.constantFrom(...CHANNELS),
      messageId: messageIds,
      delivered: fc.boolean(),
      timestamp: fc.integer({ min: Date.UTC(2010, 0, 1) / 1000, max: NOW / 1000 + 300 }).map((s) => s * 1000),
    },
    { requiredKeys: ["channel", "messageId", "delivered"] },
  );
  const URL_OF = "https://api.nexmo.com/conversions/sms";
  const FORM = "application/x-www-form-urlencoded";

  it.each<[string, (parameters: [string, string][]) => Request]>([
    ["a query string", (given) => new Request(`${URL_OF}?${new URLSearchParams(given)}`, { method: "POST" })],
    ["a form", (given) => new Request(URL_OF, { method: "POST", body: new URLSearchParams(given) })],
    [
      "a form in minimal encoding with a trailing &",
      (given) =>
        new Request(URL_OF, {
          method: "POST",
          headers: { "content-type": FORM },
          body: given
            .map(([name, value]) => `${name}=${value.replace(/[&=+%]/g, encodeURIComponent)}&`)
            .join(""),
        }),
    ],
    [
      "JSON",
      (given) =>
        new Request(URL_OF, {
          method: "POST",
          headers: { "content-type": "application/json; charset=utf-8" },
          body: JSON.stringify(Object.fromEntries(given)),
        }),
    ],
  ])("is read back unchanged from %s", async (_, toRequest) => {
    await fc.assert(
      fc.asyncProperty(reports, async (report) => {
        const read = await readParameters(toRequest(encodeReport(report)));
        if (typeof read === "string") throw new Error(read);
        expect(decodeReport(report.channel, read, new Set(), schema)).toEqual({ report });
      }),
      { numRuns: cases(300) },
    );
  });

  it("can be replaced by any text without breaking the reader", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json()), (text) => {
        for (const parse of [parseForm, parseJson]) {
          const { report, faults } = decode(parse(text));
          expect(report === undefined).toBe(faults !== undefined);
        }
      }),
    );
  });
});

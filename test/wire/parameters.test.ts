import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type DecodedParameters,
  decodeReport,
  encodeReport,
  mergeParameters,
  parseForm,
  parseJson,
} from "../../src/wire/parameters.ts";
import { CHANNELS, createReportSchema, type ValidReport } from "../../src/wire/report.ts";
import { readParameters } from "../../src/wire/request-parameters.ts";
import "../support/property-seed.ts";

const NOW = Date.UTC(2026, 5, 1, 12);
const schema = createReportSchema(() => NOW);
const decode = (decoded: DecodedParameters, alsoKnown: readonly string[] = []) =>
  decodeReport("sms", decoded, new Set(alsoKnown), schema);
const plain = ({ parameters, faults }: DecodedParameters) => ({
  parameters: Object.fromEntries(parameters),
  faults,
});

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

describe("a query string or form", () => {
  it.each<[string, string, Record<string, string>]>([
    ["nothing", "", {}],
    ["a trailing &, as the .NET SDK sends it", "a=1&b=2&", { a: "1", b: "2" }],
    ["empty pairs", "&&a=1&&", { a: "1" }],
    ["+ for a blank, in names too", "a+b=c+d", { "a b": "c d" }],
    ["%2B for a plus", "a=%2B", { a: "+" }],
    ["UTF-8 in escapes of either case", "a=%C3%BC%c3%bc", { a: "üü" }],
    ["UTF-8 as it is", "a=ü", { a: "ü" }],
    ["an empty value", "a=", { a: "" }],
    ["a name without =", "a", { a: "" }],
    ["an empty name", "=1", { "": "1" }],
    ["= inside a value", "a=b=c", { a: "b=c" }],
    ["an escaped &", "a=b%26c", { a: "b&c" }],
    ["a byte order mark, which stays", "a=%EF%BB%BFb", { a: "\uFEFFb" }],
    ["a name that objects have", "__proto__=1&constructor=2", { ["__proto__"]: "1", constructor: "2" }],
  ])("is read with %s", (_, text, expected) => {
    const { parameters, faults } = parseForm(text);
    expect([...parameters]).toEqual(Object.entries(expected));
    expect(faults).toEqual([]);
  });

  it.each([
    ["a lone %", "message-id=100%"],
    ["an escape that is not hexadecimal", "message-id=%GG"],
    ["bytes that are not UTF-8", "message-id=%FF"],
    ["a character cut short", "message-id=%C3"],
    ["an overlong character", "message-id=%C0%AF"],
    ["half of a surrogate pair", "message-id=%ED%A0%80"],
  ])("says which parameter has %s, and reads the others", (_, text) => {
    expect(plain(parseForm(`${text}&delivered=1`))).toEqual({
      parameters: { delivered: "1" },
      faults: [{ parameter: "message-id", detail: "is not valid percent-encoded UTF-8" }],
    });
  });

  it("says that a name is broken, without repeating it", () => {
    expect(plain(parseForm("%FF=1&a=2"))).toEqual({
      parameters: { a: "2" },
      faults: [{ parameter: "", detail: "a name is not valid percent-encoded UTF-8" }],
    });
  });

  it("keeps the first of repeated parameters and says once that there are more", () => {
    expect(plain(parseForm("a=1&a=2&a=1&b=3&%61=4"))).toEqual({
      parameters: { a: "1", b: "3" },
      faults: [{ parameter: "a", detail: "is given more than once" }],
    });
  });

  it("says of a repeated name that it cannot show that there is one", () => {
    expect(plain(parseForm("a+b=1&a+b=2&c=3"))).toEqual({
      parameters: { "a b": "1", c: "3" },
      faults: [{ parameter: "", detail: "a name is given more than once" }],
    });
  });
});

describe("a JSON body", () => {
  const NO_VALUE = "must be a string; delivered may be a boolean, timestamp whole seconds";

  it.each<[string, string, Record<string, string>]>([
    [
      "strings, booleans and whole numbers",
      '{"a":"x","b":true,"c":0,"d":-7}',
      { a: "x", b: "true", c: "0", d: "-7" },
    ],
    [
      "numbers for whatever is not the message id",
      '{"delivered":1,"timestamp":1780315200,"token":5,"message_id":6}',
      { delivered: "1", timestamp: "1780315200", token: "5", message_id: "6" },
    ],
    ["the largest number without loss", '{"a":9007199254740991}', { a: "9007199254740991" }],
    ["an empty object", "{}", {}],
    ["blanks and lines", ' \r\n{ "a" \t:\n "1" } ', { a: "1" }],
    ["escapes", '{"a":"\\u00fc\\n\\"\\\\"}', { a: 'ü\n"\\' }],
    [
      "text that looks like a repeated name",
      '{"a":"\\"a\\": 1, \\"a\\":","b":"\\\\"}',
      { a: '"a": 1, "a":', b: "\\" },
    ],
    ["colons and braces in a value", '{"a":":{\\":\\":","b":"a"}', { a: ':{":":', b: "a" }],
    ["a colon for a name and for a value", '{"a":"x",":":":"}', { a: "x", ":": ":" }],
    ["a value that is another's name", '{"a":"b","b":"a"}', { a: "b", b: "a" }],
    ["a name that objects have", '{"__proto__":"1"}', { ["__proto__"]: "1" }],
  ])("is read with %s", (_, text, expected) => {
    const { parameters, faults } = parseJson(text);
    expect([...parameters]).toEqual(Object.entries(expected));
    expect(faults).toEqual([]);
  });

  it.each([
    ["twice", '{"a":1,"a":2}'],
    ["twice with the same value", '{"a":1, "a" : 1}'],
    ["once plain and once escaped", '{"a":1,"\\u0061":2}'],
    ["twice beside escaped quotes", '{"b":"\\"","a":"\\\\","a":"x"}'],
    ["twice with a quote in the name", '{"a\\"":1,"a\\"":2}'],
    ["twice, the name being __proto__", '{"__proto__":1,"__proto__":2}'],
  ])("is refused with a name %s", (_, text) => {
    expect(parseJson(text).faults).toEqual([{ parameter: "", detail: "the JSON body repeats a name" }]);
  });

  it("is refused with a name twice also where something else is wrong, or within that", () => {
    for (const text of ['{"a":1,"a":2,"b":null}', '{"a":{"b":1,"b":2}}', '{"a":[{"b":1,"b":2}]}']) {
      expect(parseJson(text).faults).toContainEqual({
        parameter: "",
        detail: "the JSON body repeats a name",
      });
    }
    expect(parseJson('{"a":1,"b":{"a":1,"c":[{"a":1},{"a":2}]}}').faults).toHaveLength(1);
  });

  it.each([
    ["a nested object", '{"a":{"b":1}}'],
    ["a list", '{"a":[1]}'],
    ["null", '{"a":null}'],
    ["a fraction", '{"a":1.5}'],
    ["a number that has lost digits", '{"a":9007199254740993}'],
    ["a number of twenty digits", '{"a":12345678901234567890}'],
    ["a number past all bounds", '{"a":1e400}'],
  ])("names the parameter that is %s, and reads the others", (_, text) => {
    expect(plain(parseJson(text.replace(/^\{/, '{"b":"2",')))).toEqual({
      parameters: { b: "2" },
      faults: [{ parameter: "a", detail: NO_VALUE }],
    });
  });

  it.each(["0", "1", "-1", "1234567890", "1e3", "1.0", "1.5", "9007199254740993", "12345678901234567890"])(
    "names a message id that is the number %s, which may have been altered already",
    (number) => {
      expect(plain(parseJson(`{"delivered":1,"message-id":${number}}`))).toEqual({
        parameters: { delivered: "1" },
        faults: [{ parameter: "message-id", detail: NO_VALUE }],
      });
      expect(plain(parseJson(`{"message-id":"${number}"}`))).toEqual({
        parameters: { "message-id": number },
        faults: [],
      });
    },
  );

  it("takes no number for a message id where it is spelled messageId, as callers of the Worker may, either", () => {
    expect(plain(parseJson('{"delivered":1,"messageId":4711}'))).toEqual({
      parameters: { delivered: "1" },
      faults: [{ parameter: "messageId", detail: NO_VALUE }],
    });
  });

  it("names a message id that is an object, a list or nothing", () => {
    for (const value of ['{"a":"b"}', '["x"]', "null"]) {
      expect(parseJson(`{"message-id":${value},"delivered":true}`).faults).toEqual([
        { parameter: "message-id", detail: NO_VALUE },
      ]);
    }
  });

  it("is empty when it is an empty list, which is how PHP writes an empty object", () => {
    expect(plain(parseJson("[]"))).toEqual({ parameters: {}, faults: [] });
  });

  it.each(["[[]]", '[{"a":1}]', "null", "true", "1", '"a"'])("is refused when it is %s", (text) => {
    expect(plain(parseJson(text))).toEqual({
      parameters: {},
      faults: [{ parameter: "", detail: "the JSON body must be one object" }],
    });
  });

  it.each(["", "{", "{'a':1}", '{"a":1,}', '{"a":1} {"b":2}', "a=1&b=2", "NaN", '{"a":"\n"}'])(
    "is refused when it is not JSON: %j",
    (text) => {
      expect(plain(parseJson(text))).toEqual({
        parameters: {},
        faults: [{ parameter: "", detail: "the body is not JSON" }],
      });
    },
  );
});

describe("query and body together", () => {
  it("are one set of parameters", () => {
    expect(plain(mergeParameters(parseForm("a=1"), parseJson('{"b":2}')))).toEqual({
      parameters: { a: "1", b: "2" },
      faults: [],
    });
  });

  it("keep the query where the body says nothing", () => {
    expect(plain(mergeParameters(parseForm("a=1&a=2"), parseForm("")))).toEqual(plain(parseForm("a=1&a=2")));
  });

  it("repeat a name that is in both, even with the same value", () => {
    expect(plain(mergeParameters(parseForm("a=1"), parseForm("a=1")))).toEqual({
      parameters: { a: "1" },
      faults: [{ parameter: "a", detail: "is given more than once" }],
    });
  });

  it("keep the faults of both", () => {
    const { faults } = mergeParameters(parseForm("a=%"), parseJson('{"b":null}'));
    expect(faults.map(({ parameter }) => parameter)).toEqual(["a", "b"]);
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
  ])("takes delivered=%s for %s", (spelling, delivered) => {
    expect(decode(parseForm(`message-id=x&delivered=${spelling}`))).toEqual({
      report: { channel: "sms", messageId: "x", delivered },
    });
  });

  it.each(["", "yes", "2", "01", "-1", "on", "t", "null", " true", "true%00"])(
    "refuses delivered=%s and says what is taken",
    (spelling) => {
      expect(decode(parseForm(`message-id=x&delivered=${spelling}`))).toEqual({
        faults: [{ parameter: "delivered", detail: "must be true, false, 1 or 0" }],
      });
    },
  );

  it.each([
    ["the API's own spelling", "2026-06-01+11%3A59%3A30", NOW - 30_000],
    ["UNIX seconds, as Ruby's SDK signs", String(NOW / 1000), NOW],
    ["UNIX seconds of nine digits, which are too early", "999999999", undefined],
    ["milliseconds", String(NOW), undefined],
    ["ISO 8601", "2026-06-01T12:00:00Z", undefined],
    ["a day that does not exist", "2026-02-30+00:00:00", undefined],
    ["a moment within the clock skew", String(NOW / 1000 + 300), NOW + 300_000],
    ["a moment past the clock skew", String(NOW / 1000 + 301), undefined],
    ["nothing in it", "", undefined],
    ["a negative number", "-1780315200", undefined],
  ])("takes or refuses a timestamp of %s", (_, text, instant) => {
    const { report, faults } = decode(parseForm(`message-id=x&delivered=1&timestamp=${text}`));
    expect(report?.timestamp).toBe(instant);
    expect(faults?.map(({ parameter }) => parameter)).toEqual(
      instant === undefined ? ["timestamp"] : undefined,
    );
  });

  it("tells who sends milliseconds which spelling is taken", () => {
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
  ])("takes delivered: %s of a JSON body for %s, and whole seconds for a timestamp", (written, delivered) => {
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

  it.each(["1234567890", "1e3", "true"])(
    "refuses a JSON body's %s for a message id, and says so once",
    (id) => {
      expect(decode(parseJson(`{"message-id":${id},"delivered":true}`))).toEqual({
        faults: [{ parameter: "message-id", detail: expect.stringMatching(/^must be a string/) }],
      });
    },
  );

  it("belongs to the channel it was sent to", () => {
    const decoded = parseForm("message-id=x&delivered=1");
    expect(decodeReport("voice", decoded, new Set(), schema).report?.channel).toBe("voice");
  });

  it("lists every fault at once, broken escapes and repetitions among them", () => {
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

  it("says of an empty request what is missing", () => {
    expect(
      decode(parseForm(""))
        .faults?.map(({ parameter }) => parameter)
        .sort(),
    ).toEqual(["delivered", "message-id"]);
  });

  it.each(["messageId", "message_id", "messageid", "MESSAGE-ID", "Message_Id"])(
    "tells who writes %s how the API spells it",
    (name) => {
      expect(decode(parseForm(`${name}=x&delivered=1`)).faults).toContainEqual({
        parameter: name,
        detail: "is not known; the API spells it message-id",
      });
    },
  );

  it.each(["message-ids", "my-message-id", "message--id"])("takes %s for no way to spell it", (name) => {
    expect(decode(parseForm(`message-id=x&delivered=1&${name}=x`)).faults).toEqual([
      { parameter: name, detail: "is not known" },
    ]);
  });

  it("lets the names stand beside it that its caller knows, in their own spelling", () => {
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

describe("a report that goes out and comes in", () => {
  /** Whatever a message id may hold: most of Unicode, and often what URLs, forms and JSON treat in their own way. */
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
  ])("is the same report by way of %s", async (_, toRequest) => {
    await fc.assert(
      fc.asyncProperty(reports, async (report) => {
        const read = await readParameters(toRequest(encodeReport(report)));
        if (typeof read === "string") throw new Error(read);
        expect(decodeReport(report.channel, read, new Set(), schema)).toEqual({ report });
      }),
      { numRuns: 300 },
    );
  });

  it("never breaks the reader, whatever the text", () => {
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

import { describe, expect, it } from "vitest";
import { parseJson } from "../../src/wire/json-body.ts";
import type { DecodedParameters } from "../../src/wire/parameters.ts";

const plain = ({ parameters, faults }: DecodedParameters) => ({
  parameters: Object.fromEntries(parameters),
  faults,
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
      "numbers for other parameters than the message id",
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
    ["a property of every object as name", '{"__proto__":"1"}', { ["__proto__"]: "1" }],
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

  it("is refused with a repeated name even beside or inside another fault", () => {
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
    ["a number beyond all limits", '{"a":1e400}'],
  ])("has a fault for a parameter that is %s, and the others are read", (_, text) => {
    expect(plain(parseJson(text.replace(/^\{/, '{"b":"2",')))).toEqual({
      parameters: { b: "2" },
      faults: [{ parameter: "a", detail: NO_VALUE }],
    });
  });

  it.each(["0", "1", "-1", "1234567890", "1e3", "1.0", "1.5", "9007199254740993", "12345678901234567890"])(
    "has a fault for the number %s as a message id, because it may have lost digits",
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

  it("has a fault for a number as messageId too, which is the Worker's spelling", () => {
    expect(plain(parseJson('{"delivered":1,"messageId":4711}'))).toEqual({
      parameters: { delivered: "1" },
      faults: [{ parameter: "messageId", detail: NO_VALUE }],
    });
  });

  it("has a fault for a message id that is an object, a list or null", () => {
    for (const value of ['{"a":"b"}', '["x"]', "null"]) {
      expect(parseJson(`{"message-id":${value},"delivered":true}`).faults).toEqual([
        { parameter: "message-id", detail: NO_VALUE },
      ]);
    }
  });

  it("is empty if it is an empty list, which is PHP's empty object", () => {
    expect(plain(parseJson("[]"))).toEqual({ parameters: {}, faults: [] });
  });

  it.each(["[[]]", '[{"a":1}]', "null", "true", "1", '"a"'])("is refused if it is %s", (text) => {
    expect(plain(parseJson(text))).toEqual({
      parameters: {},
      faults: [{ parameter: "", detail: "the JSON body must be one object" }],
    });
  });

  it.each(["", "{", "{'a':1}", '{"a":1,}', '{"a":1} {"b":2}', "a=1&b=2", "NaN", '{"a":"\n"}'])(
    "is refused if it is not JSON: %j",
    (text) => {
      expect(plain(parseJson(text))).toEqual({
        parameters: {},
        faults: [{ parameter: "", detail: "the body is not JSON" }],
      });
    },
  );
});

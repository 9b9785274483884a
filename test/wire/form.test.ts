import { describe, expect, it } from "vitest";
import { parseForm } from "../../src/wire/form.ts";
import type { DecodedParameters } from "../../src/wire/parameters.ts";

const plain = ({ parameters, faults }: DecodedParameters) => ({
  parameters: Object.fromEntries(parameters),
  faults,
});

describe("a query string or form", () => {
  it.each<[string, string, Record<string, string>]>([
    ["nothing", "", {}],
    ["the .NET SDK's trailing &", "a=1&b=2&", { a: "1", b: "2" }],
    ["empty pairs", "&&a=1&&", { a: "1" }],
    ["+ for a blank, in names too", "a+b=c+d", { "a b": "c d" }],
    ["%2B for a plus", "a=%2B", { a: "+" }],
    ["UTF-8 in escapes of either case", "a=%C3%BC%c3%bc", { a: "üü" }],
    ["plain UTF-8", "a=ü", { a: "ü" }],
    ["an empty value", "a=", { a: "" }],
    ["a name without =", "a", { a: "" }],
    ["an empty name", "=1", { "": "1" }],
    ["= inside a value", "a=b=c", { a: "b=c" }],
    ["an escaped &", "a=b%26c", { a: "b&c" }],
    ["a byte order mark, which stays", "a=%EF%BB%BFb", { a: "\uFEFFb" }],
    [
      "properties of every object as names",
      "__proto__=1&constructor=2",
      { ["__proto__"]: "1", constructor: "2" },
    ],
  ])("is read with %s", (_, text, expected) => {
    const { parameters, faults } = parseForm(text);
    expect([...parameters]).toEqual(Object.entries(expected));
    expect(faults).toEqual([]);
  });

  it.each([
    ["a lone %", "message-id=100%"],
    ["an escape that is not hexadecimal", "message-id=%GG"],
    ["bytes that are not UTF-8", "message-id=%FF"],
    ["a truncated character", "message-id=%C3"],
    ["an overlong character", "message-id=%C0%AF"],
    ["half of a surrogate pair", "message-id=%ED%A0%80"],
  ])("has a fault for a parameter with %s, and the others are read", (_, text) => {
    expect(plain(parseForm(`${text}&delivered=1`))).toEqual({
      parameters: { delivered: "1" },
      faults: [{ parameter: "message-id", detail: "is not valid percent-encoded UTF-8" }],
    });
  });

  it("has a fault for a broken name, without the name", () => {
    expect(plain(parseForm("%FF=1&a=2"))).toEqual({
      parameters: { a: "2" },
      faults: [{ parameter: "", detail: "a name is not valid percent-encoded UTF-8" }],
    });
  });

  it("keeps the first of repeated parameters, with one fault", () => {
    expect(plain(parseForm("a=1&a=2&a=1&b=3&%61=4"))).toEqual({
      parameters: { a: "1", b: "3" },
      faults: [{ parameter: "a", detail: "is given more than once" }],
    });
  });

  it("has a fault for a repeated unprintable name, without the name", () => {
    expect(plain(parseForm("a+b=1&a+b=2&c=3"))).toEqual({
      parameters: { "a b": "1", c: "3" },
      faults: [{ parameter: "", detail: "a name is given more than once" }],
    });
  });
});

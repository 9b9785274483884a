import { describe, expect, it } from "vitest";
import { parseForm } from "../../src/wire/form.ts";
import { parseJson } from "../../src/wire/json-body.ts";
import { type DecodedParameters, mergeParameters } from "../../src/wire/parameters.ts";

const plain = ({ parameters, faults }: DecodedParameters) => ({
  parameters: Object.fromEntries(parameters),
  faults,
});

describe("query and body together", () => {
  it("are one set of parameters", () => {
    expect(plain(mergeParameters(parseForm("a=1"), parseJson('{"b":2}')))).toEqual({
      parameters: { a: "1", b: "2" },
      faults: [],
    });
  });

  it("keep the query if the body is empty", () => {
    expect(plain(mergeParameters(parseForm("a=1&a=2"), parseForm("")))).toEqual(plain(parseForm("a=1&a=2")));
  });

  it("have a repeated name if it is in both, even with the same value", () => {
    expect(plain(mergeParameters(parseForm("a=1"), parseForm("a=1")))).toEqual({
      parameters: { a: "1" },
      faults: [{ parameter: "a", detail: "is given more than once" }],
    });
  });

  it("have the faults of both", () => {
    const { faults } = mergeParameters(parseForm("a=%"), parseJson('{"b":null}'));
    expect(faults.map(({ parameter }) => parameter)).toEqual(["a", "b"]);
  });
});

import { describe, expect, it } from "vitest";
import { decodeBasic, encodeBasic } from "../../src/wire/basic-auth.ts";

// The first is from RFC 7617, section 2, the second from section 2.1, in UTF-8.
const KNOWN = [
  ["Aladdin", "open sesame", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="],
  ["test", "123£", "Basic dGVzdDoxMjPCow=="],
  ["shop", "a:b:c", "Basic c2hvcDphOmI6Yw=="],
  ["", "", "Basic Og=="],
] as const;

describe("Basic credentials", () => {
  it.each(KNOWN)("of %j and %j are written as in RFC 7617, and read back", (user, password, header) => {
    expect(encodeBasic(user, password)).toBe(header);
    expect(decodeBasic(header)).toEqual({ user, password });
  });

  it("are read with the scheme in any case and any number of spaces", () => {
    expect(decodeBasic("bAsIc   Og==")).toEqual({ user: "", password: "" });
  });

  it.each([
    ["no scheme", "Og=="],
    ["another scheme", "Bearer Og=="],
    ["a scheme that only ends alike", "XBasic Og=="],
    ["no colon", `Basic ${btoa("shop")}`],
    ["no base64", "Basic %%%"],
    ["base64 of no whole number of bytes", "Basic A"],
    ["something after it", "Basic Og== Og=="],
    ["nothing", "Basic "],
  ])("are refused with %s", (_, header) => {
    expect(decodeBasic(header)).toBeUndefined();
  });
});

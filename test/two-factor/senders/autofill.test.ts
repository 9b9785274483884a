import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { findFaults } from "../../../src/shared/validation.ts";
import { startSchema } from "../../../src/two-factor/request-schemas.ts";

const request = { to: "+447400123456", channel: "sms" };
const originOf = (origin: unknown) => findFaults(startSchema, { ...request, origin });

describe("an origin", () => {
  it.each([
    ["https://shop.example", "https://shop.example"],
    ["https://SHOP.example", "https://shop.example"],
    ["HTTPS://shop.example", "https://shop.example"],
    ["https://shop.example:443", "https://shop.example"],
    ["https://login.a-b.shop.co.uk", "https://login.a-b.shop.co.uk"],
    ["https://bücher.example", "https://xn--bcher-kva.example"],
    ["https://xn--bcher-kva.example", "https://xn--bcher-kva.example"],
    ["https://1.shop.example", "https://1.shop.example"],
    ["http://localhost", "http://localhost"],
    ["http://localhost:3000", "http://localhost:3000"],
    ["https://localhost:8443", "https://localhost:8443"],
    ["http://app.localhost:3000", "http://app.localhost:3000"],
  ])("%s is accepted", (origin, taken) => {
    expect(originOf(origin).output?.origin).toBe(taken);
  });

  it.each([
    "http://shop.example",
    "https://shop.example/",
    "https://shop.example/path",
    "https://shop.example?query",
    "https://shop.example#fragment",
    "https://shop.example:8443",
    "https://user@shop.example",
    "https://user:secret@shop.example",
    "https:shop.example",
    "https:\\\\shop.example",
    "//shop.example",
    "shop.example",
    "shop",
    "https://shop",
    "https://shop.example.",
    "https://.shop.example",
    "https://shop..example",
    "https://-shop.example",
    "https://shop_1.example",
    "https://*.shop.example",
    "https://192.0.2.1",
    "https://0xC0000201",
    "https://[2001:db8::1]",
    "https://shop.example\n@evil.example #1",
    "https://shop.example @evil.example",
    " https://shop.example",
    "javascript:alert(1)",
    "capacitor://localhost",
    "null",
    "",
    `https://${"a.".repeat(140)}example`,
    null,
    1,
    {},
  ])("%j is refused", (origin) => {
    const { faults = [] } = originOf(origin);
    expect(faults.map(({ field }) => field)).toEqual(["origin"]);
    expect(faults[0]?.rule).toBe(
      "must be an https origin such as https://shop.example, without port and path",
    );
  });
});

describe("an app's hash", () => {
  it.each(["FA+9qCX9VSu", "0123456789a", "///////////"])("%s is accepted", (androidAppHash) => {
    expect(v.is(startSchema, { ...request, androidAppHash })).toBe(true);
  });

  it.each(["", "FA+9qCX9VS", "FA+9qCX9VSuu", "FA-9qCX9VSu", "FA+9qCX9VS=", "FA+9qCX9VS\n", 1])(
    "%j is refused",
    (androidAppHash) => {
      expect(v.is(startSchema, { ...request, androidAppHash })).toBe(false);
    },
  );
});

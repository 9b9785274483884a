import { isIP } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toNetwork } from "../../src/shared/ip-address.ts";
import { cases } from "../support/property-seed.ts";

describe("The network that a client's address counts for", () => {
  it.each([
    ["192.0.2.1", "192.0.2.1"],
    ["0.0.0.0", "0.0.0.0"],
    ["255.255.255.255", "255.255.255.255"],
  ])("is an IPv4 address itself: %s", (address, network) => {
    expect(toNetwork(address)).toBe(network);
  });

  it.each([
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0DB8:0001:0002:ffff:FFFF:ffff:ffff", "2001:db8:1:2::/64"],
    ["2001:db8:1:2::", "2001:db8:1:2::/64"],
    ["2001:db8:1:2::1", "2001:db8:1:2::/64"],
    ["2001:db8:0:2::1", "2001:db8:0:2::/64"],
    ["2001:db8::1", "2001:db8::/64"],
    ["2001:db8:0:0:1::", "2001:db8::/64"],
    ["2001:db8::192.0.2.1", "2001:db8::/64"],
    ["::2:3:4:5:6:7:8", "0:2:3:4::/64"],
    ["1:2:3:4:5:6:7::", "1:2:3:4::/64"],
    ["::1", "::/64"],
    ["::", "::/64"],
    ["fe80::1%eth0", "fe80::/64"],
    ["FE80::1%25", "fe80::/64"],
  ])("is the /64 of an IPv6 address, however it is spelt: %s", (address, network) => {
    expect(toNetwork(address)).toBe(network);
  });

  it.each(["::ffff:192.0.2.1", "::FFFF:c000:201", "0:0:0:0:0:ffff:192.0.2.1", "::ffff:192.0.2.1%eth0"])(
    "is the IPv4 address that a dual-stack socket maps into IPv6: %s",
    (address) => {
      expect(toNetwork(address)).toBe("192.0.2.1");
    },
  );

  it.each(["1::ffff:192.0.2.1", "::fffe:192.0.2.1", "::ffff:0:192.0.2.1", "::192.0.2.1"])(
    "is no IPv4 address where only its end looks so: %s",
    (address) => {
      expect(toNetwork(address)).toMatch(/::\/64$/);
    },
  );

  it.each([
    "",
    " 192.0.2.1",
    "192.0.2.1 ",
    "192.0.2.1\n",
    "192.0.2",
    "192.0.2.1.",
    "192.0.2.1.5",
    "192.0.2.256",
    "192.0.02.1",
    "192.0.2.1:443",
    "192.0.2.1%eth0",
    "192.0.2.1, 198.51.100.2",
    "[2001:db8::1]",
    "[2001:db8::1]:443",
    "2001:db8::1/64",
    "2001:db8:1:2:3:4:5",
    "2001:db8:1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8::",
    "1:2:3:4::5:6:7:8",
    "1::2::3",
    ":::",
    ":1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:",
    "12345::",
    "g::",
    "192.0.2.1::",
    "::192.0.2.1:1",
    "::ffff:192.0.2",
    "::%",
    "%eth0",
    "unknown",
    "_hidden",
    "localhost",
    `::1%${"e".repeat(100)}`,
  ])("is none for what is no address: %j", (text) => {
    expect(toNetwork(text)).toBeUndefined();
  });

  it("is there for exactly what Node takes for an address, and the same for all of a /64", () => {
    fc.assert(
      fc.property(fc.ipV6(), fc.ipV6(), (one, other) => {
        const network = toNetwork(one);
        expect(network).toBeDefined();
        // URL writes addresses as RFC 5952 does, and never maps.
        const [a, b] = [one, other].map((text) => new URL(`http://[${text}]`).hostname.slice(1, -1));
        expect(toNetwork(a ?? "")).toBe(network);
        expect(toNetwork(b ?? "")).toBe(toNetwork(other));
      }),
    );
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(toNetwork(address)).toBe(address);
      }),
    );
    fc.assert(
      fc.property(fc.stringMatching(/^[\da-f:.]{1,24}$/), (text) => {
        expect(toNetwork(text) !== undefined).toBe(isIP(text) !== 0);
      }),
      { numRuns: cases(2000) },
    );
  });
});

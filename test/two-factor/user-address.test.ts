import { describe, expect, it } from "vitest";
import { hashAddress } from "../../src/two-factor/user-address.ts";

const SECRET = { secret: "c".repeat(32) };

describe("the stored hash of a user's address", () => {
  it("is the same for every address of an IPv6 /64, and differs for another", async () => {
    const [one, two, other] = await Promise.all(
      ["2001:db8:1:2::1", "2001:0DB8:1:2:ffff::9", "2001:db8:1:3::1"].map((address) =>
        hashAddress(SECRET, address),
      ),
    );
    expect(two).toBe(one);
    expect(other).not.toBe(one);
  });

  it("does not contain the address, and depends on the secret", async () => {
    const hash = await hashAddress(SECRET, "203.0.113.7");
    expect(hash).not.toContain("203");
    expect(await hashAddress({ secret: "d".repeat(32) }, "203.0.113.7")).not.toBe(hash);
  });

  it("does not exist for text that is no address", async () => {
    expect(await hashAddress(SECRET, "localhost")).toBeUndefined();
  });
});

import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  generateCode,
  hashCode,
  LONGEST_CODE,
  SHORTEST_CODE,
} from "../../../src/two-factor/challenge/code.ts";
import "../../support/property-seed.ts";

const SECRET = { kid: "c1", secret: "code-secret-0123456789-0123456789-abcdef" };
const ID = "3.AbCdEfGhIjKlMnOpQrStUv";

/** Chi-square at 9 degrees of freedom: chance exceeds this once in ten thousand million times. */
const BEYOND_CHANCE = 66;

/** Enough for the last test to detect its bias of 4 % many times over. */
const SAMPLES = 500_000;

describe("a new code", () => {
  it.each([4, 5, 6, 7, 8, 9, 10])("has exactly %d digits", (length) => {
    expect([SHORTEST_CODE, LONGEST_CODE]).toEqual([4, 10]);
    for (let run = 0; run < 500; run++) expect(generateCode(length)).toMatch(new RegExp(`^\\d{${length}}$`));
  });

  it("keeps its leading zeros", () => {
    expect(generateCode(6, (bytes) => bytes.fill(0))).toBe("000000");
    expect(generateCode(4, filledWith([0, 0, 0, 7]))).toBe("0007");
  });

  it("repeats only by chance", () => {
    const codes = new Set(Array.from({ length: 1000 }, () => generateCode(10)));
    expect(codes.size).toBeGreaterThan(995);
  });

  it("drops random bytes that would favour some digits, and requests more if none is left", () => {
    let fills = 0;
    const fill = (bytes: Uint8Array) => bytes.fill(fills++ < 3 ? 250 : 249);
    expect(generateCode(6, fill)).toBe("999999");
    expect(fills).toBe(4);
    expect(generateCode(4, filledWith([255, 250, 1, 251, 2, 252, 253, 3, 254, 4]))).toBe("1234");
  });

  it("favours no digit with the platform's randomness", () => {
    expect(chiSquareOf(digitsOf((bytes) => crypto.getRandomValues(bytes)))).toBeLessThan(BEYOND_CHANCE);
  });

  it("favours no digit with evenly distributed bytes", () => {
    let next = 0;
    const digits = digitsOf((bytes) =>
      bytes.forEach((_, index) => {
        bytes[index] = next++ % 256;
      }),
    );
    expect(chiSquareOf(digits)).toBeLessThan(1);
  });

  it("favours no digit in any place", () => {
    const codes = Array.from({ length: 20_000 }, () => generateCode(6));
    for (let place = 0; place < 6; place++) {
      expect(chiSquareOf(codes.map((code) => Number(code[place])))).toBeLessThan(BEYOND_CHANCE);
    }
  });

  it("would favour some as the remainder of each byte, which this test detects", () => {
    const bytes = Array.from({ length: SAMPLES / 10_000 }, () =>
      crypto.getRandomValues(new Uint8Array(10_000)),
    );
    const naive = bytes.flatMap((some) => Array.from(some, (byte) => byte % 10));
    expect(chiSquareOf(naive)).toBeGreaterThan(BEYOND_CHANCE);
  });
});

describe("a code's hash", () => {
  it("is HMAC-SHA-256 of the challenge's id and the code, with the secret's name", async () => {
    const hash = createHmac("sha256", SECRET.secret).update(`${ID}.012345`).digest("hex");
    expect(await hashCode(SECRET, ID, "012345")).toEqual({ kid: "c1", hash });
  });

  it("has two digits for each byte, even with a leading zero", async () => {
    for (let code = 1000; code < 1050; code++) {
      const { hash } = await hashCode(SECRET, ID, String(code));
      expect(hash).toBe(createHmac("sha256", SECRET.secret).update(`${ID}.${code}`).digest("hex"));
    }
  });

  it("is repeatable, and differs for another secret, challenge or code", async () => {
    const other = { kid: "c1", secret: `${SECRET.secret}.` };
    const all = await Promise.all([
      hashCode(SECRET, ID, "012345"),
      hashCode(other, ID, "012345"),
      hashCode(SECRET, `${ID}w`, "012345"),
      hashCode(SECRET, ID, "12345"),
      hashCode(SECRET, ID, "012346"),
    ]);
    expect(new Set(all.map(({ hash }) => hash)).size).toBe(all.length);
    expect(await hashCode(SECRET, ID, "012345")).toEqual(all[0]);
  });

  it("is no plain digest: codes cannot be tried without the secret", async () => {
    const { hash } = await hashCode(SECRET, ID, "012345");
    const plain = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${ID}.012345`));
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(hash).not.toBe(Buffer.from(plain).toString("hex"));
  });
});

/** A source that repeats these bytes. */
function filledWith(values: readonly number[]) {
  return (bytes: Uint8Array) => {
    for (let index = 0; index < bytes.length; index++) bytes[index] = values[index % values.length] ?? 0;
  };
}

function digitsOf(fill: (bytes: Uint8Array<ArrayBuffer>) => unknown): number[] {
  return Array.from({ length: SAMPLES / 10 }, () => generateCode(10, fill)).flatMap((code) =>
    Array.from(code, Number),
  );
}

/** The deviation of the ten digits' counts from an even distribution. */
function chiSquareOf(digits: readonly number[]): number {
  const expected = digits.length / 10;
  const counts = new Array<number>(10).fill(0);
  for (const digit of digits) counts[digit] = (counts[digit] ?? 0) + 1;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

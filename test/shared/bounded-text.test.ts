import { describe, expect, it } from "vitest";
import { readBoundedText } from "../../src/shared/bounded-text.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** A message whose body comes in these pieces. */
function message(pieces: readonly Uint8Array[], headers: Record<string, string> = {}) {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  return new Response(body, { headers });
}

describe.each([true, false])("where the platform holds bodies to their length: %s", (lengthHolds) => {
  it("reads what is declared", async () => {
    const declared = message([bytes("a=1&b=2")], { "content-length": "7" });
    expect(await readBoundedText(declared, 10, lengthHolds)).toBe("a=1&b=2");
  });

  it("reads what comes in pieces, cut inside a character", async () => {
    const [first, ...rest] = bytes("é=ü");
    expect(
      await readBoundedText(message([Uint8Array.of(first ?? 0), Uint8Array.from(rest)]), 10, lengthHolds),
    ).toBe("é=ü");
  });

  it("reads no body as an empty one", async () => {
    expect(await readBoundedText(new Response(null), 10, lengthHolds)).toBe("");
    expect(await readBoundedText(message([]), 10, lengthHolds)).toBe("");
  });

  it("gives up on more than the limit", async () => {
    expect(await readBoundedText(message([bytes("12345"), bytes("6")]), 5, lengthHolds)).toBeUndefined();
    expect(await readBoundedText(message([bytes("12345")]), 5, lengthHolds)).toBe("12345");
  });

  it("gives up on more than the limit, also where the length says so", async () => {
    const long = message([bytes("123456")], { "content-length": "6" });
    expect(await readBoundedText(long, 5, lengthHolds)).toBeUndefined();
    const full = message([bytes("12345")], { "content-length": "5" });
    expect(await readBoundedText(full, 5, lengthHolds)).toBe("12345");
  });

  it.each(["content-encoding", "transfer-encoding"])("believes no length beside %s", async (name) => {
    const lying = message([bytes("1234567890")], { "content-length": "2", [name]: "chunked" });
    expect(await readBoundedText(lying, 5, lengthHolds)).toBeUndefined();
  });

  it("refuses what is not UTF-8", async () => {
    const broken = () => message([Uint8Array.of(0xc3, 0x28)], { "content-length": "2" });
    await expect(readBoundedText(broken(), 10, lengthHolds)).rejects.toThrow(TypeError);
  });

  it("reads the next body after one that ended inside a character", async () => {
    const cut = message([Uint8Array.of(0x61, 0xe2, 0x82)], { "content-length": "3" });
    await expect(readBoundedText(cut, 10, lengthHolds)).rejects.toThrow(TypeError);
    expect(await readBoundedText(message([bytes("é")], { "content-length": "2" }), 10, lengthHolds)).toBe(
      "é",
    );
  });
});

it("believes no length at all where the platform does not hold bodies to it", async () => {
  const lying = message([bytes("1234567890")], { "content-length": "2" });
  expect(await readBoundedText(lying, 5)).toBeUndefined();
});

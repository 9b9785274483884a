import { describe, expect, it } from "vitest";
import { MAX_REQUEST_BODY_BYTES, readParameters } from "../../src/wire/request-parameters.ts";
import { unhandledRejectionsOf } from "../support/unhandled-rejections.ts";

const FORM = "application/x-www-form-urlencoded";
const JSON_TYPE = "application/json";
const URL_OF = "https://api.nexmo.com/conversions/sms";

const post = (body: BodyInit | null, headers: Record<string, string> = {}, url = URL_OF) =>
  new Request(url, {
    method: "POST",
    body,
    headers,
    ...(body instanceof ReadableStream && { duplex: "half" }),
  });
const withLength = (body: string, type: string) =>
  post(body, { "content-type": type, "content-length": String(Buffer.byteLength(body)) });
/** A body as on a connection: in pieces, without a declared length. */
const inPieces = (text: string, size = 3) =>
  new ReadableStream<Uint8Array>({
    start: (controller) => {
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length; at += size)
        controller.enqueue(new Uint8Array(bytes.subarray(at, at + size)));
      controller.close();
    },
  });
/** A body of exactly these pieces, even empty ones. */
const ofPieces = (...pieces: readonly string[]) =>
  new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
      controller.close();
    },
  });
const read = async (request: Request) => {
  const decoded = await readParameters(request);
  return typeof decoded === "string" ? decoded : [Object.fromEntries(decoded.parameters), decoded.faults];
};

describe("the parameters of a request", () => {
  it.each<[string, Request, Record<string, string>]>([
    ["a form", post("a=1&b=ü", { "content-type": FORM }), { a: "1", b: "ü" }],
    ["a form of declared length", withLength("a=1&b=ü", FORM), { a: "1", b: "ü" }],
    [
      "a form in pieces, cut inside a character",
      post(inPieces("a=1&b=üü号😀"), { "content-type": FORM }),
      { a: "1", b: "üü号😀" },
    ],
    [
      "a form in pieces, some of them empty",
      post(ofPieces("", "a=", "", "1", ""), { "content-type": FORM }),
      { a: "1" },
    ],
    ["a body without pieces", post(ofPieces(), { "content-type": "text/plain" }), {}],
    ["a body of empty pieces", post(ofPieces("", ""), { "content-type": "text/plain" }), {}],
    ["a form with a charset", post("a=1", { "content-type": `${FORM}; charset=UTF-8` }), { a: "1" }],
    ["a form whose type is in another case", post("a=1", { "content-type": FORM.toUpperCase() }), { a: "1" }],
    ["JSON", post('{"a":1}', { "content-type": JSON_TYPE }), { a: "1" }],
    ["JSON of declared length", withLength('{"a":"ü"}', JSON_TYPE), { a: "ü" }],
    [
      "JSON after a byte order mark",
      post('\uFEFF{"a":1}', { "content-type": `${JSON_TYPE} ;charset=utf-8` }),
      { a: "1" },
    ],
    [
      "a body with Content-Encoding: identity",
      post("a=1", { "content-type": FORM, "content-encoding": "identity" }),
      { a: "1" },
    ],
    [
      "a body with Content-Encoding in another case",
      post("a=1", { "content-type": FORM, "content-encoding": "Identity" }),
      { a: "1" },
    ],
    ["a query only", post(null, {}, `${URL_OF}?a=1&b=%3F`), { a: "1", b: "?" }],
    [
      "a query beside an empty body of any type",
      post("", { "content-type": "text/plain" }, `${URL_OF}?a=1`),
      { a: "1" },
    ],
    ["a query beside a fragment", post(null, {}, `${URL_OF}?a=1#b=2`), { a: "1" }],
    ["a query beside a fragment with a question mark", post(null, {}, `${URL_OF}?a=1#?b=2`), { a: "1" }],
    ["a query with a question mark", post(null, {}, `${URL_OF}?a=1?b=2`), { a: "1?b=2" }],
    ["a query beside an empty fragment", post(null, {}, `${URL_OF}?a=1#`), { a: "1" }],
    ["an empty query beside a fragment", post(null, {}, `${URL_OF}?#a=1`), {}],
    ["no query, but a fragment that looks like one", post(null, {}, `${URL_OF}#?a=1&b=2`), {}],
    ["query and form", post("b=2", { "content-type": FORM }, `${URL_OF}?a=1`), { a: "1", b: "2" }],
    ["a GET", new Request(`${URL_OF}?a=1`), { a: "1" }],
    ["an empty request", post(null), {}],
  ])("are read from %s", async (_, request, parameters) => {
    expect(await read(request)).toEqual([parameters, []]);
  });

  it.each<[string, Request, string]>([
    ["a body without a type", post(inPieces("a=1")), "unsupported_type"],
    ["plain text", post("a=1"), "unsupported_type"],
    ["a multipart form", post(new FormData()), "unsupported_type"],
    [
      "a type that begins like JSON",
      post("{}", { "content-type": "application/json-patch+json" }),
      "unsupported_type",
    ],
    [
      "a compressed body",
      post("a=1", { "content-type": FORM, "content-encoding": "gzip" }),
      "unsupported_type",
    ],
    [
      "a compressed body whose encoding is in another case",
      post("a=1", { "content-type": FORM, "content-encoding": "GZIP" }),
      "unsupported_type",
    ],
    ["bytes that are not UTF-8", post(new Uint8Array([0x61, 0xff]), { "content-type": FORM }), "malformed"],
    [
      "a truncated character at the end",
      post(new Uint8Array([0x61, 0xc3]), { "content-type": JSON_TYPE }),
      "malformed",
    ],
    [
      "a character interrupted by another",
      post(new Uint8Array([0x61, 0x3d, 0xc3, 0x61]), { "content-type": FORM }),
      "malformed",
    ],
    [
      "a truncated body",
      post(new ReadableStream({ pull: (c) => c.error(new Error("reset")) }), { "content-type": FORM }),
      "malformed",
    ],
  ])("are not read from %s", async (_, request, reason) => {
    expect(await read(request)).toBe(reason);
  });

  it.each([
    ["of declared length", (body: string) => withLength(body, FORM)],
    ["in pieces", (body: string) => post(inPieces(body, 1000), { "content-type": FORM })],
  ])("may have a body of exactly 8 KiB %s", async (_, toRequest) => {
    const value = "x".repeat(MAX_REQUEST_BODY_BYTES - 2);
    expect(MAX_REQUEST_BODY_BYTES).toBe(8192);
    expect(await read(toRequest(`a=${value}`))).toEqual([{ a: value }, []]);
    expect(await read(toRequest(`a=${value}x`))).toBe("too_large");
    // The limit counts bytes, not characters.
    expect(await read(toRequest(`a=${value.slice(1)}ü`))).toBe("too_large");
  });

  /** An endless body that counts its reads. */
  const withoutEnd = (end: () => void | Promise<void> = () => {}) => {
    const seen = { pulled: 0, cancelled: false };
    const body = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => {
          seen.pulled++;
          controller.enqueue(new Uint8Array(1000).fill(97));
        },
        cancel: () => {
          seen.cancelled = true;
          return end();
        },
      },
      { highWaterMark: 0 },
    );
    return { body, seen };
  };
  const declaring = (length: string | undefined) => ({
    "content-type": FORM,
    ...(length !== undefined && { "content-length": length }),
  });

  // Pieces end at 3 and 1000. A declared length must not end the body there.
  describe.each([undefined, "0", "3", "5", "", "-1", "1000", "8192", "nonsense"])(
    "of a body that declares the length %j",
    (length) => {
      it("are refused once it is too large, and the rest is never read", async () => {
        const { body, seen } = withoutEnd();
        expect(await read(post(body, declaring(length)))).toBe("too_large");
        // Nine times 1000 bytes are more than 8 KiB.
        expect(seen).toEqual({ pulled: 9, cancelled: true });
      });

      it("are read completely up to the limit", async () => {
        const value = "x".repeat(MAX_REQUEST_BODY_BYTES - 2);
        expect(await read(post(inPieces("a=1&b=2"), declaring(length)))).toEqual([{ a: "1", b: "2" }, []]);
        expect(await read(post(inPieces(`a=${value}`, 1000), declaring(length)))).toEqual([{ a: value }, []]);
        for (const size of [1000, MAX_REQUEST_BODY_BYTES])
          expect(await read(post(inPieces(`a=${value}x`, size), declaring(length)))).toBe("too_large");
      });

      it("are refused if their type is unknown", async () => {
        const headers = { ...declaring(length), "content-type": "text/plain" };
        expect(await read(post(inPieces("a=1"), headers))).toBe("unsupported_type");
      });
    },
  );

  it.each<[string, () => Promise<void>]>([
    ["never", () => new Promise(() => {})],
    ["with an error", () => Promise.reject(new Error("broken on purpose"))],
  ])("are refused at once even if the body's cancellation ends %s", async (_, end) => {
    const { body, seen } = withoutEnd(end);
    const rejected = await unhandledRejectionsOf(async () => {
      expect(await read(post(body, { "content-type": FORM }))).toBe("too_large");
    });
    expect(seen.cancelled).toBe(true);
    expect(rejected).toEqual([]);
  });

  it.each(["8193", "1000000000", "9".repeat(400)])(
    "are refused unread if the body declares %s bytes",
    async (length) => {
      const { body, seen } = withoutEnd();
      const request = post(body, declaring(length));
      expect(await read(request)).toBe("too_large");
      expect(seen.pulled).toBe(0);
      expect(request.bodyUsed).toBe(false);
      // A body that never arrives must not delay the answer.
      expect(await read(post(new ReadableStream(), declaring(length)))).toBe("too_large");
    },
  );
});

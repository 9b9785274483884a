/** The common part of Request and Response. */
interface Message {
  readonly headers: Headers;
  readonly body: ReadableStream<Uint8Array> | null;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** Decodes whole bodies; made once, since making one costs more than decoding a short body. */
let decoder: TextDecoder | undefined;

const createDecoder = () => new TextDecoder("utf-8", { fatal: true });

/**
 * Reads a message's body as text, up to `limit` bytes.
 *
 * @param lengthHolds `true` if the platform enforces `Content-Length`, as HTTP servers do. The body can then be read in
 * one call, which costs much less on workerd. Otherwise the header is ignored.
 * @returns The text, or `undefined` if the body is longer; the rest is then cancelled.
 * @throws {TypeError} If the body is not UTF-8. A broken stream's own error passes through.
 */
export async function readBoundedText(
  message: Message,
  limit: number,
  lengthHolds = false,
): Promise<string | undefined> {
  const { headers } = message;
  if (lengthHolds && !headers.has("content-encoding") && !headers.has("transfer-encoding")) {
    const length = Number(headers.get("content-length"));
    if (length > 0 && length <= limit) {
      decoder ??= createDecoder();
      return decoder.decode(await message.arrayBuffer());
    }
  }
  const utf8 = createDecoder();
  const reader = message.body?.getReader();
  let text = "";
  let size = 0;
  while (reader !== undefined) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > limit) {
      // Not awaited: a source may hang on cancellation.
      reader.cancel().catch(() => {});
      return undefined;
    }
    text += utf8.decode(value, { stream: true });
  }
  return text + utf8.decode();
}

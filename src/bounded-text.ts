/** What a Request and a Response have in common. */
interface Message {
  readonly headers: Headers;
  readonly body: ReadableStream<Uint8Array> | null;
  arrayBuffer(): Promise<ArrayBuffer>;
}

// Shared, since making one costs more than using it. Decoding in one go leaves no state behind.
const utf8 = /* @__PURE__ */ new TextDecoder("utf-8", { fatal: true });

/**
 * Reads a message's body as text, but no more than `limit` bytes of it.
 *
 * @returns The text, or `undefined` when there is more; the rest is then cancelled.
 * @throws {TypeError} when it is not UTF-8, or what the stream itself throws when it breaks.
 */
export async function readBoundedText(message: Message, limit: number): Promise<string | undefined> {
  const { body } = message;
  // HTTP holds a body to its declared length, so all of it may be taken at once, which is much faster.
  const length = message.headers.has("content-encoding") ? null : message.headers.get("content-length");
  if (body === null || length === "0") return "";
  if (length !== null && Number(length) <= limit) return utf8.decode(await message.arrayBuffer());
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const reader = body.getReader();
  let text = "";
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.byteLength;
    if (size > limit) {
      // Not awaited: a source that hangs on cancellation must not hang us.
      reader.cancel().catch(() => {});
      return undefined;
    }
    text += decoder.decode(value, { stream: true });
  }
}

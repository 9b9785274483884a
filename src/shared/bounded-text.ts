/** What a Request and a Response have in common. */
interface Message {
  readonly headers: Headers;
  readonly body: ReadableStream<Uint8Array> | null;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/**
 * Reads a message's body as text, but no more than `limit` bytes of it.
 *
 * @param lengthHolds Whether the platform holds the body to its `Content-Length`, as an HTTP server does. It can
 * then be taken in one go, which costs much less on workerd. Otherwise what headers declare counts for nothing.
 * @returns The text, or `undefined` when there is more; the rest is then cancelled.
 * @throws {TypeError} when it is not UTF-8, or what the stream itself throws when it breaks.
 */
export async function readBoundedText(
  message: Message,
  limit: number,
  lengthHolds = false,
): Promise<string | undefined> {
  const { headers } = message;
  const utf8 = new TextDecoder("utf-8", { fatal: true });
  if (lengthHolds && !headers.has("content-encoding") && !headers.has("transfer-encoding")) {
    const length = Number(headers.get("content-length"));
    if (length > 0 && length <= limit) return utf8.decode(await message.arrayBuffer());
  }
  const reader = message.body?.getReader();
  let text = "";
  let size = 0;
  while (reader !== undefined) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > limit) {
      // Not awaited: a source that hangs on cancellation must not hang us.
      reader.cancel().catch(() => {});
      return undefined;
    }
    text += utf8.decode(value, { stream: true });
  }
  return text + utf8.decode();
}

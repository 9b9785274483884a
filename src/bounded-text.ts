/**
 * Reads a body as text, but no more than `limit` bytes of it.
 *
 * @returns The text, or `undefined` when there is more; the rest is then cancelled.
 * @throws {TypeError} when it is not UTF-8, or what the stream itself throws when it breaks.
 */
export async function readBoundedText(
  body: ReadableStream<Uint8Array> | null,
  limit: number,
): Promise<string | undefined> {
  if (body === null) return "";
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

// What jsdom does to Node: classes of its own in the place of the platform's, whose fetch takes none of them.

/** An AbortSignal that is none of the platform's, by the DOM standard. */
class ForeignAbortSignal extends EventTarget {
  aborted = false;
  reason: unknown;

  throwIfAborted(): void {
    if (this.aborted) throw this.reason;
  }
}

export class ForeignAbortController {
  readonly signal = new ForeignAbortSignal();

  abort(reason: unknown = new DOMException("aborted", "AbortError")): void {
    if (this.signal.aborted) return;
    Object.assign(this.signal, { aborted: true, reason });
    this.signal.dispatchEvent(new Event("abort"));
  }
}

/** Holds its parts as jsdom's does, out of the platform's sight. */
class ForeignBlob {
  readonly type: string;
  readonly #parts: readonly string[];

  constructor(parts: readonly string[], { type = "" }: { readonly type?: string } = {}) {
    this.type = type;
    this.#parts = parts;
  }

  /** By which Node takes it for a Blob, and then does not find its stream. */
  get [Symbol.toStringTag](): string {
    return "Blob";
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return new TextEncoder().encode(this.#parts.join("")).buffer;
  }

  get size(): number {
    return this.#parts.join("").length;
  }
}

export const FOREIGN_GLOBALS = {
  AbortController: ForeignAbortController,
  AbortSignal: ForeignAbortSignal,
  Blob: ForeignBlob,
};

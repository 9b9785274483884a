// jsdom replaces Node's classes by its own, which Node's fetch does not accept. These imitate that.

/** An AbortSignal by the DOM standard that is not the platform's. */
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

/** Keeps its parts private, as jsdom's class does. */
class ForeignBlob {
  readonly type: string;
  readonly #parts: readonly string[];

  constructor(parts: readonly string[], { type = "" }: { readonly type?: string } = {}) {
    this.type = type;
    this.#parts = parts;
  }

  /** Node recognises a Blob by this, and then does not find its stream. */
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

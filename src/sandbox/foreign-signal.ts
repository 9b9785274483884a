// Abort signals that the platform's Request refuses, such as jsdom's under Node.

/**
 * Rejects as fetch does when a signal fires.
 *
 * @param begin Not called if the signal has already fired.
 */
export function untilAborted<T>(signal: AbortSignal, begin: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason ?? new DOMException("The request was aborted.", "AbortError"));
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort);
    begin()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", abort));
  });
}

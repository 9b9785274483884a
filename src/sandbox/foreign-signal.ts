// Signals that no Request takes, such as jsdom's under Node: they are listened to instead.

/**
 * Ends as fetch does when a signal fires.
 *
 * @param begin Is not called where the signal has fired already.
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

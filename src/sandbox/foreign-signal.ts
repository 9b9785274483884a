// Abort signals that the platform's Request refuses, such as jsdom's under Node.

import { isTaken } from "../client/platform-request.ts";

/** Makes a fetch function of a function that answers requests. It takes what the platform's fetch does, and foreign signals. */
export function createFetch(answer: (request: Request) => Promise<Response>): typeof fetch {
  const fetchOne: typeof fetch = async (input, init) => {
    const { signal, ...rest } = init ?? {};
    if (signal && !isTaken({ signal })) return untilAborted(signal, () => fetchOne(input, rest));
    // Not wrapped a second time: in Node, a Request made from a Request may lose its signal.
    const request = input instanceof Request && init === undefined ? input : new Request(input, init);
    if (request.bodyUsed)
      throw new TypeError("The request's body has already been read; pass a request.clone().");
    return answer(request);
  };
  return fetchOne;
}

/**
 * Rejects as fetch does when a signal fires.
 *
 * @param begin Not called if the signal has already fired.
 */
function untilAborted<T>(signal: AbortSignal, begin: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason ?? new DOMException("The request was aborted.", "AbortError"));
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort);
    begin()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", abort));
  });
}

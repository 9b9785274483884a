// The Worker's requests to Vonage. A request that hangs ends on the sandbox's clock, and not after real seconds.

import type { VirtualClock } from "./virtual-clock.ts";

/** @param timeout Milliseconds. */
export function createOutbound(
  clock: VirtualClock,
  timeout: number,
  vonage: (request: Request) => Promise<Response>,
): typeof fetch {
  return async (input, init) => {
    const controller = new AbortController();
    const abort = () => controller.abort(new DOMException("Vonage did not answer in time.", "TimeoutError"));
    const cancel = clock.at(clock.now() + timeout, abort);
    try {
      return await vonage(new Request(input, { ...init, signal: controller.signal }));
    } finally {
      cancel();
    }
  };
}

// Makes reports without a Worker: by our client, and by bare fetch.

import type { createConversionClient } from "../../src/index.ts";

export const CREDENTIALS = { apiKey: "2fa00001", apiSecret: "bench-secret" };

/** Milliseconds, the client's default. */
const DEADLINE = 10_000;

/** Returns a function that makes one report: by `client`, by bare `fetch`, or by `fetch-deadline`. */
export function callerBy(
  by: string,
  upstream: string,
  create: typeof createConversionClient,
): () => Promise<void> {
  if (by === "client") {
    const client = create({ credentials: CREDENTIALS, baseUrl: upstream });
    return async () => {
      await client.sms({ messageId: "0A0000000123ABCD1", delivered: true });
    };
  }
  const authorization = `Basic ${btoa(`${CREDENTIALS.apiKey}:${CREDENTIALS.apiSecret}`)}`;
  const hasDeadline = by === "fetch-deadline";
  return async () => {
    const response = await fetch(`${upstream}/conversions/sms`, {
      method: "POST",
      headers: { authorization },
      body: new URLSearchParams({ "message-id": "0A0000000123ABCD1", delivered: "true" }),
      ...(hasDeadline && { signal: AbortSignal.timeout(DEADLINE) }),
    });
    await response.text();
    if (response.status !== 200) throw new Error(`status ${response.status}`);
  };
}

/** Makes `calls` calls, `concurrency` at a time. The latencies are in milliseconds. */
export async function runCalls(call: () => Promise<void>, calls: number, concurrency = 16) {
  const latencies: number[] = [];
  let left = calls;
  const worker = async () => {
    while (left-- > 0) {
      const started = performance.now();
      await call();
      latencies.push(performance.now() - started);
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: concurrency }, worker));
  const perSecond = calls / ((performance.now() - started) / 1000);
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.floor(calls * share)] ?? Number.NaN;
  return { perSecond, p50: at(0.5), p99: at(0.99) };
}

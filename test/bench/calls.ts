import type { createConversionClient } from "../../src/index.ts";

const credentials = { apiKey: "2fa00001", apiSecret: "bench-secret" };

/** Makes `calls` reports, `concurrency` at a time, by the client or by the bare fetch of somebody who needs no client. */
export async function runCalls(
  by: string,
  upstream: string,
  calls: number,
  create: typeof createConversionClient,
  concurrency = 16,
): Promise<void> {
  const client = create({ credentials, baseUrl: upstream });
  const authorization = `Basic ${btoa(`${credentials.apiKey}:${credentials.apiSecret}`)}`;
  const bare = async () => {
    const body = new URLSearchParams({ "message-id": "0A0000000123ABCD1", delivered: "true" });
    const response = await fetch(`${upstream}/conversions/sms`, {
      method: "POST",
      headers: { authorization },
      body,
    });
    await response.text();
    if (response.status !== 200) throw new Error(`status ${response.status}`);
  };
  const call = by === "client" ? () => client.sms({ messageId: "0A0000000123ABCD1", delivered: true }) : bare;
  let left = calls;
  const worker = async () => {
    while (left-- > 0) await call();
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

import { expect, it } from "vitest";
import { resolveOptions } from "../../src/client/resolve-options.ts";
import { createSender } from "../../src/client/sending.ts";

const credentials = { apiKey: "abcd1234", apiSecret: "canary-secret" };
const report = { channel: "sms", messageId: "0A0000000123ABCD1", delivered: true } as const;

const senderFor = (answer: () => Response) =>
  createSender(resolveOptions({ credentials, retry: false, fetch: async () => answer() }));

it("returns the result of a recorded report unchanged", async () => {
  const send = senderFor(() => new Response());
  expect(await send(report)).toEqual({ status: "recorded", attempts: 1 });
});

it("returns a failure as data, with all fields of an error", async () => {
  const send = senderFor(() => new Response(null, { status: 429, headers: { "retry-after": "7" } }));
  expect(await send(report)).toEqual({
    status: "failed",
    failure: {
      code: "rate_limited",
      advice: "too many requests; slow down",
      attempts: 1,
      retryable: true,
      status: 429,
      retryAfter: 7000,
      cause: undefined,
    },
  });
});

it("names the class of an error in an injected fetch", async () => {
  const send = senderFor(() => {
    throw new RangeError("canary-secret");
  });
  expect(await send(report)).toMatchObject({
    status: "failed",
    failure: { code: "invalid_options", cause: "RangeError", retryable: false },
  });
});

it("rejects with a programming error unchanged", async () => {
  const mistaken = { ...report, timestamp: Number.NaN };
  await expect(senderFor(() => new Response())(mistaken)).rejects.toThrow(RangeError);
});

import { exportPKCS8, generateKeyPair } from "jose";
import { Miniflare } from "miniflare";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bundleWorker } from "../../adapters/playground/workerd.ts";

let miniflare: Miniflare;
beforeAll(async () => {
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  miniflare = new Miniflare({
    cf: false,
    workers: [
      {
        config: {
          name: "senders",
          compatibilityDate: "2026-11-01",
          compatibilityFlags: ["no_nodejs_compat", "no_nodejs_compat_v2"],
          env: { PRIVATE_KEY: { type: "text", value: await exportPKCS8(privateKey) } },
          manifest: {
            mainModule: "index.js",
            modules: {
              "index.js": { type: "esm", contents: bundleWorker("test/two-factor/workerd-entry.ts") },
            },
          },
        },
      },
    ],
  });
});
afterAll(() => miniflare.dispose());

it("phone numbers, senders and webhooks work in workerd without Node compatibility", async () => {
  const receipt = new URLSearchParams({ messageId: "A1", msisdn: "12015550123", status: "Delivered" });
  const response = await miniflare.dispatchFetch(`http://localhost/?${receipt}`);
  expect(await response.json()).toEqual({
    number: "+1********23",
    sent: ["POST /sms/json", "POST /v1/calls"],
    ids: [{ messageIds: ["text-1"] }, { messageIds: ["call-1"] }],
    broken: "uncertain",
    receipt: { messageId: "A1", number: "12015550123", status: "delivered" },
  });
});

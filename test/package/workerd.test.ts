import { Miniflare } from "miniflare";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bundleWorker } from "../../adapters/playground/workerd.ts";

let miniflare: Miniflare;
beforeAll(() => {
  miniflare = new Miniflare({
    cf: false,
    workers: [
      {
        config: {
          name: "built-package",
          compatibilityDate: "2026-11-01",
          compatibilityFlags: ["no_nodejs_compat", "no_nodejs_compat_v2"],
          manifest: {
            mainModule: "index.js",
            modules: { "index.js": { type: "esm", contents: bundleWorker("test/package/workerd-entry.ts") } },
          },
        },
      },
    ],
  });
});
afterAll(() => miniflare.dispose());

it("the built package works in workerd without Node compatibility, and signs there as the SDKs do", async () => {
  const response = await miniflare.dispatchFetch("http://localhost/");
  expect(await response.json()).toEqual({
    statuses: {
      basic: "recorded",
      query: "recorded",
      md5hash: "recorded",
      md5: "recorded",
      sha1: "recorded",
      sha256: "recorded",
      sha512: "recorded",
      key: "recorded",
      token: "recorded",
      "wrong key": expect.stringMatching(/^unauthorized: POST \/conversions\/sms/),
    },
    wrongSignatures: [],
    recorded: 9,
    verified: "m-1",
    globals: [],
  });
});

import { Miniflare } from "miniflare";
import { expect, it } from "vitest";
import { bundleWorker } from "../../adapters/playground/workerd.ts";

it.each([
  // Workerd supports RequestInit's cache since 2024-11-11, and throws before.
  ["2024-09-23", []],
  ["2024-11-10", []],
  ["2024-11-11", ["no-store"]],
  ["2026-11-01", ["no-store"]],
])("on workerd of %s requests are sent with the cache mode %j", async (compatibilityDate, caches) => {
  const contents = bundleWorker("test/support/workerd-requests.ts");
  const manifest = { mainModule: "index.js", modules: { "index.js": { type: "esm" as const, contents } } };
  const miniflare = new Miniflare({
    cf: false,
    workers: [{ config: { name: "requests", compatibilityDate, manifest } }],
  });
  try {
    const response = await miniflare.dispatchFetch("http://localhost/");
    expect(await response.json()).toEqual({
      caches: caches.length > 0 ? caches : [null],
      status: "recorded",
      notTheWorker: "unexpected_response",
      nowhere: ["network", "network"],
    });
  } finally {
    await miniflare.dispose();
  }
});

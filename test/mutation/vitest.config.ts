import { defineConfig } from "vitest/config";

// The tests of the pure core alone: no process, no socket, no build.
export default defineConfig({
  resolve: {
    alias: { "cloudflare:workers": new URL("../support/cloudflare-workers.ts", import.meta.url).pathname },
  },
  test: {
    include: ["test/*.test.ts", "test/{ledger,two-factor,webhooks}/*.test.ts"],
    exclude: ["test/{start,readme,page,drills,sandbox-workerd}.test.ts", "test/two-factor/workerd.test.ts"],
    testTimeout: 20_000,
    restoreMocks: true,
    unstubGlobals: true,
  },
});

import { defineConfig } from "vitest/config";
import { TotalsReporter } from "./test/support/totals-reporter.ts";

export default defineConfig({
  // Node has no such module; what extends its classes is tested on workerd.
  resolve: {
    alias: { "cloudflare:workers": new URL("test/support/cloudflare-workers.ts", import.meta.url).pathname },
  },
  test: {
    include: ["test/**/*.test.ts"],
    // Those need browsers: `npm run test:browsers`.
    exclude: ["test/browser/**", "test/browsers/**"],
    reporters: ["default", new TotalsReporter()],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    restoreMocks: true,
    unstubGlobals: true,
  },
});

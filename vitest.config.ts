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
    exclude: ["test/e2e/playground/**", "test/e2e/engines/**"],
    reporters: ["default", new TotalsReporter()],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    restoreMocks: true,
    // What runs in this process: code on workerd and in the built package is not counted.
    coverage: {
      include: ["src/**/*.ts", "adapters/{http,cloudflare,cli}/**/*.ts"],
      exclude: ["**/*.d.ts"],
      reporter: [["text", { skipFull: true }]],
      reportsDirectory: ".wrangler/coverage",
      // The state machines, the parsers and all else that is pure.
      thresholds: {
        "src/{*,client/*,wire/*,token/*,shared/*,ledger/*,two-factor/**/*,webhooks/*}.ts": { 100: true },
      },
    },
    unstubGlobals: true,
  },
});

import { defineConfig } from "vitest/config";
import { TotalsReporter } from "./test/support/totals-reporter.ts";

// `npm run test:browser`: needs Chromium, which `npm test` does not.
export default defineConfig({
  test: {
    include: ["test/browser/**/*.test.ts"],
    reporters: ["default", new TotalsReporter()],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

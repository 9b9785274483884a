import { defineConfig } from "vitest/config";
import { TotalsReporter } from "./test/support/totals-reporter.ts";

// `npm run test:monitoring`: needs Prometheus, which `npm test` does not.
export default defineConfig({
  test: {
    include: ["test/e2e/monitoring/**/*.test.ts"],
    reporters: ["default", new TotalsReporter()],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

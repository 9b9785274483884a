import { defineConfig } from "vitest/config";
import { TotalsReporter } from "./test/support/totals-reporter.ts";

// `npm run test:quickstarts`: needs the languages of the quickstarts, which `npm test` does not.
export default defineConfig({
  test: {
    include: ["test/e2e/quickstarts/**/*.test.ts"],
    reporters: ["default", new TotalsReporter()],
    testTimeout: 240_000,
    hookTimeout: 120_000,
  },
});

import { defineConfig } from "vitest/config";
import { TableReporter } from "./test/browsers/table-reporter.ts";
import { TotalsReporter } from "./test/support/totals-reporter.ts";

// `npm run test:browsers`: needs browsers, which `npm test` does not.
export default defineConfig({
  test: {
    include: ["test/browser/**/*.test.ts", "test/browsers/**/*.test.ts"],
    // Some measure time, and browsers are greedy.
    fileParallelism: false,
    reporters: ["default", new TableReporter(), new TotalsReporter()],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

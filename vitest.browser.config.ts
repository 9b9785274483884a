import { defineConfig } from "vitest/config";
import { TableReporter } from "./test/e2e/engines/table-reporter.ts";
import { TotalsReporter } from "./test/support/totals-reporter.ts";

// `npm run test:browsers`: needs browsers, which `npm test` does not.
export default defineConfig({
  test: {
    include: [
      "test/e2e/playground/**/*.test.ts",
      "test/e2e/engines/**/*.test.ts",
      "test/e2e/console/**/*.test.ts",
    ],
    // Some measure time, and browsers are greedy.
    fileParallelism: false,
    reporters: ["default", new TableReporter(), new TotalsReporter()],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
  },
});

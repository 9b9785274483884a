import { defineConfig } from "vitest/config";
import { TotalsReporter } from "./test/support/totals-reporter.ts";

// `npm run test:site`: needs the packages of docs/site, which `npm test` does not.
export default defineConfig({
  test: {
    include: ["test/e2e/site/**/*.test.ts"],
    reporters: ["default", new TotalsReporter()],
    hookTimeout: 240_000,
  },
});

import { defineConfig } from "vitest/config";
import { alias, common, core, OUTSIDE, SLOW } from "./test/core.config.ts";
import { TotalsReporter } from "./test/support/totals-reporter.ts";

export default defineConfig({
  resolve: { alias },
  test: {
    projects: [
      { extends: true, test: { ...core, name: "core", sequence: { groupOrder: 0 } } },
      {
        extends: true,
        test: {
          ...common,
          name: "outside",
          include: OUTSIDE,
          // `npm run test:browsers`, `test:monitoring`, `test:quickstarts` and `test:site` run the last six.
          exclude: [
            ...SLOW,
            "test/e2e/playground/**",
            "test/e2e/engines/**",
            "test/e2e/console/**",
            "test/e2e/monitoring/**",
            "test/e2e/quickstarts/**",
            "test/e2e/site/**",
          ],
          // Loading wrangler and Miniflare anew takes a second of processor time for each file.
          isolate: false,
          // They wait for Workers most of the time.
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          ...common,
          name: "slow",
          include: SLOW,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
    reporters: ["default", new TotalsReporter()],
    coverage: {
      // Only code in this process is counted: neither workerd nor the built package.
      include: ["src/**/*.ts", "adapters/{http,cloudflare,cli}/**/*.ts"],
      exclude: ["**/*.d.ts"],
      reporter: [["text", { skipFull: true }]],
      reportsDirectory: ".wrangler/coverage",
      // The pure code: state machines, parsers and the like.
      thresholds: {
        "src/{*,client/*,wire/*,token/*,shared/*,ledger/*,insight/**/*,operator/*,two-factor/**/*,webhooks/*,track/*}.ts":
          {
            100: true,
          },
      },
    },
  },
});

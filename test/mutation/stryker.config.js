// `npm run test:mutation`; README.md beside it has the score, and what survives.

export default {
  testRunner: "vitest",
  plugins: ["@stryker-mutator/vitest-runner"],
  vitest: { configFile: "test/core.config.ts", related: true },
  mutate: [
    "src/**/*.ts",
    "!src/sandbox/**",
    "!src/**/index.ts",
    // The seams of the adapters, as far as their tests run in this process.
    "adapters/cloudflare/{objects,in-groups}.ts",
    "adapters/cloudflare/storage/*.ts",
    "adapters/cloudflare/ledger/group-commit.ts",
    "adapters/cloudflare/two-factor/{remote-limits,sharded-challenges,limit-store,send-limiter}.ts",
  ],
  coverageAnalysis: "perTest",
  concurrency: 2,
  thresholds: { high: 98, low: 97, break: 97 },
  tempDirName: ".wrangler/stryker",
  ignorePatterns: ["examples", "docs", "dist", ".wrangler"],
  incremental: true,
  incrementalFile: ".wrangler/mutation-incremental.json",
  reporters: ["clear-text", "json", "progress-append-only"],
  jsonReporter: { fileName: ".wrangler/mutation.json" },
  clearTextReporter: { logTests: false, reportTests: false, allowColor: false },
};

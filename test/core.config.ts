import { defineConfig } from "vitest/config";
import { TotalsReporter } from "./support/totals-reporter.ts";

/** Tests that start a process, need the build, or take long. */
export const OUTSIDE = [
  "test/adapters/http/hostile.test.ts",
  "test/{e2e,package}/**/*.test.ts",
  "test/adapters/playground/**/*.test.ts",
  "test/{client/platform-request-workerd,sandbox/workerd,two-factor/workerd}.test.ts",
];

/** Tests that measure the machine, break Workers or simulate weeks: `npm run test:slow`. */
export const SLOW = ["test/drills/**/*.test.ts", "test/simulate/**/*.test.ts", "test/package/linear.test.ts"];

/** Node has no such module; the classes that extend its exports are tested on workerd. */
export const alias = {
  "cloudflare:workers": new URL("support/cloudflare-workers.ts", import.meta.url).pathname,
};

export const common = {
  testTimeout: 20_000,
  hookTimeout: 60_000,
  // A busy machine takes its time; a test that fails waits this long.
  expect: { poll: { timeout: 15_000, interval: 20 } },
  restoreMocks: true,
  unstubGlobals: true,
  // Transformed modules outlive a run.
  fsModuleCache: true,
};

export const core = {
  ...common,
  include: ["test/**/*.test.ts"],
  exclude: [...OUTSIDE, ...SLOW],
  // These tests leave nothing behind in their process, and a worker for each file would double their time.
  isolate: false,
  maxWorkers: 2,
};

// Everything that runs in one process, on the sources: for `npm run check`, and for mutants.
export default defineConfig({
  resolve: { alias },
  test: { ...core, reporters: ["default", new TotalsReporter()] },
});

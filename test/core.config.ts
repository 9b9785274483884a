import { defineConfig, mergeConfig } from "vitest/config";
import base from "../vitest.config.ts";

// The tests of the pure core alone: no process, no socket, no build. For `npm run check`, and to be run against mutants.
export default mergeConfig(
  base,
  defineConfig({
    test: {
      exclude: [
        "test/{adapters,contract,package}/**",
        "test/{start,readme,page,drills,sandbox-workerd}.test.ts",
        "test/two-factor/workerd.test.ts",
      ],
    },
  }),
);

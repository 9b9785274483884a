import { defineConfig, mergeConfig } from "vitest/config";
import base from "../vitest.config.ts";

// The tests that need no process and no build. For `npm run check`, and to be run against mutants.
export default mergeConfig(
  base,
  defineConfig({
    test: {
      exclude: [
        "test/{e2e,package,drills}/**",
        "test/adapters/playground/**",
        // They start workerd.
        "test/{client/platform-request-workerd,sandbox/workerd,two-factor/workerd}.test.ts",
      ],
    },
  }),
);

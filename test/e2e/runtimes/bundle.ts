import { join } from "node:path";
import { type BuildOptions, buildSync } from "esbuild";
import type { Runtime } from "./runtimes.ts";
import type { Stage } from "./suite/stage.ts";

const SHARED: BuildOptions = { bundle: true, target: "es2022", platform: "neutral", logLevel: "error" };

/**
 * Makes one script of the suite, which imports the package by name; where the runtime finds no packages, with the one
 * that is installed in the folder.
 *
 * @returns Path of the script, in the folder.
 */
export function bundleSuite(runtime: Runtime, stage: Stage, folder: string): string {
  const suite = join(folder, "suite.mjs");
  buildSync({
    ...SHARED,
    entryPoints: [`test/e2e/runtimes/suite/${runtime.package === "workerd" ? "answer" : "print"}.ts`],
    format: "esm",
    packages: "external",
    define: { STAGE: JSON.stringify(stage) },
    outfile: suite,
  });
  if (runtime.bundle === undefined) return suite;
  const { conditions, format } = runtime.bundle;
  const script = join(folder, "bundle.js");
  buildSync({ ...SHARED, entryPoints: [suite], format, conditions: [...conditions], outfile: script });
  return script;
}

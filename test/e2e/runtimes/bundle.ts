import { join } from "node:path";
import { type BuildOptions, buildSync } from "esbuild";
import type { Runtime } from "./runtimes.ts";
import type { Stage } from "./suite/stage.ts";

const SHARED: BuildOptions = { bundle: true, target: "es2022", platform: "neutral", logLevel: "error" };

/**
 * Bundles the suite into one script. The script imports the package by name. For a runtime that resolves no packages,
 * the one installed in the folder is bundled too.
 *
 * @returns The path of the script, in the folder.
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

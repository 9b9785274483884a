// The runtimes that the package is tested on. Their versions are pinned here and nowhere else.

import { createRequire } from "node:module";
import type { Identity } from "./suite/identity.ts";

export interface Runtime {
  readonly name: string;
  readonly version: string;
  /** The npm package with its binary. `workerd` is already a dependency of the project. */
  readonly package: "workerd" | "node" | "deno" | "bun" | "edge-runtime";
  /** Arguments before the script. */
  readonly arguments?: readonly string[];
  /** For a runtime that resolves no packages: bundles them as its platform's tools would. */
  readonly bundle?: { readonly conditions: readonly string[]; readonly format: "esm" | "iife" };
  /** Identifies the runtime, so that none can stand in for another. */
  readonly identity: Partial<Identity>;
}

const toNode = (version: string): Runtime => ({
  name: "Node",
  version,
  package: "node",
  identity: { node: version },
});

export const RUNTIMES: readonly Runtime[] = [
  {
    name: "workerd",
    version: createRequire(import.meta.url)("workerd/package.json").version,
    package: "workerd",
    bundle: { conditions: ["workerd", "worker", "browser"], format: "esm" },
    // Without Node compatibility, no global of Node's may exist.
    identity: { userAgent: "Cloudflare-Workers", ofNode: [] },
  },
  // The oldest version that package.json claims.
  toNode("20.19.0"),
  toNode("22.23.3"),
  toNode("24.21.0"),
  toNode("26.10.0"),
  {
    name: "Deno",
    version: "2.9.6",
    package: "deno",
    // The network is the only permission that it needs.
    arguments: ["run", "--no-prompt", "--no-remote", "--allow-net=127.0.0.1"],
    identity: { deno: "2.9.6" },
  },
  {
    name: "Bun",
    version: "1.4.5",
    package: "bun",
    arguments: ["--no-install"],
    identity: { bun: "1.4.5" },
  },
  {
    name: "edge-runtime",
    version: "4.0.1",
    package: "edge-runtime",
    bundle: { conditions: ["edge-light", "worker", "browser"], format: "iife" },
    identity: { edgeRuntime: "edge-runtime", ofNode: [] },
  },
];

/** Deno and Bun report a version of Node too. */
const NEITHER: Partial<Identity> = { deno: undefined, bun: undefined, edgeRuntime: undefined };

/** Returns why this is not the expected runtime, or `undefined` if it is. */
export function findImpostor({ identity }: Runtime, actual: Identity): string | undefined {
  const same = Object.entries({ ...NEITHER, ...identity }).every(
    ([name, value]) => JSON.stringify(Reflect.get(actual, name)) === JSON.stringify(value),
  );
  return same ? undefined : `it is ${JSON.stringify(actual)} in place of ${JSON.stringify(identity)}`;
}

// The runtimes that the package is shown on, each pinned; the only place where their versions stand.

import { createRequire } from "node:module";
import type { Identity } from "./suite/identity.ts";

export interface Runtime {
  readonly name: string;
  readonly version: string;
  /** The npm package that brings its binary; `workerd` is the project's own. */
  readonly package: "workerd" | "node" | "deno" | "bun" | "edge-runtime";
  /** What the binary is given before the script. */
  readonly arguments?: readonly string[];
  /** Of a runtime that finds no packages by itself: how they are bundled for it, as its platform's tools would. */
  readonly bundle?: { readonly conditions: readonly string[]; readonly format: "esm" | "iife" };
  /** By what it is known, so that none stands in for another. */
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
    // Without Node compatibility there is nothing of Node.
    identity: { userAgent: "Cloudflare-Workers", ofNode: [] },
  },
  // The oldest that package.json claims.
  toNode("20.19.0"),
  toNode("22.23.3"),
  toNode("24.21.0"),
  toNode("26.10.0"),
  {
    name: "Deno",
    version: "2.9.6",
    package: "deno",
    // Of all permissions it needs the network alone.
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

/** Deno and Bun tell a version of Node too. */
const NEITHER: Partial<Identity> = { deno: undefined, bun: undefined, edgeRuntime: undefined };

/** Why a runtime is not the one that it should be; `undefined`: it is. */
export function findImpostor({ identity }: Runtime, actual: Identity): string | undefined {
  const same = Object.entries({ ...NEITHER, ...identity }).every(
    ([name, value]) => JSON.stringify(Reflect.get(actual, name)) === JSON.stringify(value),
  );
  return same ? undefined : `it is ${JSON.stringify(actual)} in place of ${JSON.stringify(identity)}`;
}

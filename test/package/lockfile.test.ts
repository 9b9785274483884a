// `npm ci` installs, here and in CI, exactly the packages that were reviewed: each has its hash.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path/posix";
import { describe, expect, it } from "vitest";
import { EXAMPLES } from "../e2e/examples/examples.ts";
import { nameTarball, readManifest } from "../e2e/examples/manifest.ts";

interface Locked {
  /** Comes inside the archive of another package, whose hash covers it. */
  readonly inBundle?: boolean;
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  /** A folder of this repository. */
  readonly link?: boolean;
}

type Packages = Readonly<Record<string, Locked>>;
const read = (path: string): Packages => JSON.parse(readFileSync(path, "utf8")).packages;
const installedBy = (packages: Packages) =>
  Object.entries(packages).filter(([path, { link }]) => path !== "" && !link);

const LOCKFILES = execFileSync(
  "git",
  ["ls-files", "package-lock.json", "*/package-lock.json", "*.lock.json"],
  {
    encoding: "utf8",
  },
)
  .trim()
  .split("\n");
const packages = read("package-lock.json");

it("there is a lockfile here, and one for each project that is installed apart", () => {
  expect(installedBy(packages).length).toBeGreaterThan(300);
  const apart = EXAMPLES.map(({ name, variant: { source, lockfile } = {} }) =>
    join(source ?? `examples/${name}`, lockfile ?? "package-lock.json"),
  );
  expect(apart.length).toBeGreaterThan(9);
  expect(LOCKFILES).toEqual(expect.arrayContaining(["test/e2e/openapi/project/package-lock.json", ...apart]));
});

describe.each(LOCKFILES)("%s", (path) => {
  // An example has this package beside it, in whatever build.
  const installed = installedBy(read(path)).filter(
    ([name, { resolved, inBundle }]) =>
      !inBundle && !(name === "node_modules/vonage-conversion" && resolved === `file:${nameTarball()}`),
  );

  it("has a version and a SHA-512 hash of every package, those of other platforms included", () => {
    const open = installed.filter(
      ([, { version, integrity }]) => !version || !/^sha512-[\w+/]{86}==$/.test(integrity ?? ""),
    );
    expect(open.map(([name]) => name)).toEqual([]);
  });

  it("has no package that comes from anywhere but the public registry", () => {
    const elsewhere = installed.filter(
      ([, { resolved }]) => resolved !== undefined && !resolved.startsWith("https://registry.npmjs.org/"),
    );
    expect(elsewhere.map(([name]) => name)).toEqual([]);
  });
});

it.each(EXAMPLES.filter(({ variant }) => variant === undefined).map(({ name }) => `examples/${name}`))(
  "%s names each version exactly, and this version of the package",
  (folder) => {
    const { dependencies } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
    // Otherwise: npm run lock:examples.
    expect(dependencies).toEqual(readManifest(folder).dependencies);
  },
);

it("the edge function on Supabase gets this version of the package", () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  const { imports } = JSON.parse(
    readFileSync("examples/deno-edge-function/supabase/functions/sign-in/deno.json", "utf8"),
  );
  expect(imports["vonage-conversion/two-factor"]).toBe(`npm:vonage-conversion@${version}/two-factor`);
});

it("every platform's build of a native package is locked", () => {
  for (const [name, { optionalDependencies = {} }] of Object.entries(packages) as [
    string,
    { optionalDependencies?: Readonly<Record<string, string>> },
  ][]) {
    const missing = Object.keys(optionalDependencies).filter(
      (one) => !packages[`${name}/node_modules/${one}`] && !packages[`node_modules/${one}`],
    );
    expect(missing, name).toEqual([]);
  }
});

it("the tools' Node is the one of .nvmrc, so that nvm and npm agree", () => {
  const { devDependencies, engines, devEngines } = JSON.parse(readFileSync("package.json", "utf8"));
  expect(readFileSync(".nvmrc", "utf8").trim()).toBe(devDependencies.node);
  // Whoever may use the package may also work on it.
  expect(devEngines.runtime).toEqual({ name: "node", version: engines.node, onFail: "error" });
});

it("npm ci prints no warning for each tool that wants a newer Node", () => {
  expect(readFileSync(".npmrc", "utf8")).toMatch(/^loglevel=error$/m);
});

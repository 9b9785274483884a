// What `npm ci` installs here and in CI is what was reviewed: each package by its hash.

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  /** A folder of this repository. */
  readonly link?: boolean;
}

const { packages }: { readonly packages: Readonly<Record<string, Locked>> } = JSON.parse(
  readFileSync("package-lock.json", "utf8"),
);
const installed = Object.entries(packages).filter(([path, { link }]) => path !== "" && !link);

it("every package of the lockfile has a version and a SHA-512 hash, those of other platforms included", () => {
  expect(installed.length).toBeGreaterThan(300);
  const open = installed.filter(
    ([, { version, integrity }]) => !version || !/^sha512-[\w+/]{86}==$/.test(integrity ?? ""),
  );
  expect(open.map(([path]) => path)).toEqual([]);
});

it("no package of the lockfile comes from anywhere but the public registry", () => {
  const elsewhere = installed.filter(
    ([, { resolved }]) => resolved !== undefined && !resolved.startsWith("https://registry.npmjs.org/"),
  );
  expect(elsewhere.map(([path]) => path)).toEqual([]);
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

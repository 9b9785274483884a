// `npm ci` installs, here and in CI, exactly the packages that were reviewed: each has its hash.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

interface Locked {
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

const LOCKFILES = execFileSync("git", ["ls-files", "package-lock.json", "*/package-lock.json"], {
  encoding: "utf8",
})
  .trim()
  .split("\n");
const packages = read("package-lock.json");

it("there is a lockfile here, and one for each project that is installed apart", () => {
  expect(installedBy(packages).length).toBeGreaterThan(300);
  expect(LOCKFILES).toContain("test/e2e/openapi/project/package-lock.json");
});

describe.each(LOCKFILES)("%s", (path) => {
  const installed = installedBy(read(path));

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

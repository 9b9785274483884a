// The release workflow writes into the package where it comes from, and a README whose links work on npm.

import { existsSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { toRepositoryLinks } from "../../build/release-links.ts";

const readme = readFileSync("README.md", "utf8");
const BASE = /^https:\/\/github\.com\/shop\/conversions\/(blob|raw)\/v1\.2\.3\//;

it("a release's README has no link that needs the repository's files beside it", () => {
  const links = [...toRepositoryLinks(readme, "shop/conversions", "v1.2.3").matchAll(/\]\(([^)]+)\)/g)].map(
    ([, link = ""]) => link,
  );
  expect(links.filter((link) => !/^(https:|#)/.test(link))).toEqual([]);
  const own = links.filter((link) => BASE.test(link));
  expect(own.length).toBeGreaterThan(20);
  expect(own.filter((link) => !existsSync(link.replace(BASE, "").replace(/#.*/, "")))).toEqual([]);
  // Pictures come as files, not as GitHub's page about them.
  expect(own.filter((link) => link.endsWith(".png")).map((link) => BASE.exec(link)?.[1])).toEqual([
    "raw",
    "raw",
  ]);
});

it("a link keeps its anchor, and a link within the page stays", () => {
  expect(
    toRepositoryLinks("[a](docs/b.md#c) [d](#e) [f](https://g.example/)", "shop/conversions", "v1"),
  ).toBe("[a](https://github.com/shop/conversions/blob/v1/docs/b.md#c) [d](#e) [f](https://g.example/)");
});

it("the workflow names repository, homepage and issues of where it runs, and rewrites the links before it packs", () => {
  const release = parse(readFileSync(".github/workflows/release.yml", "utf8"));
  const runs: string[] = release.jobs.test.steps.flatMap(({ run }: { run?: string }) => run ?? []);
  const [manifest = ""] = runs.filter((run) => run.startsWith("npm pkg set"));
  for (const field of ["repository.type", "repository.url", "homepage", "bugs.url"])
    expect(manifest).toContain(`${field}=`);
  const [links, pack] = ["release-links.ts", "npm pack "].map((part) =>
    runs.findIndex((run) => run.includes(part)),
  );
  expect(links).toBeGreaterThan(runs.indexOf(".ci/run"));
  expect(pack).toBeGreaterThan(links ?? -1);
});

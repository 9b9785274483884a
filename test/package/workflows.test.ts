import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { findBreaches, findScriptsRun } from "./workflow-rules.ts";

const FOLDER = ".github/workflows";
const release = readFileSync(`${FOLDER}/release.yml`, "utf8");

it.each(readdirSync(FOLDER))("%s keeps the rules", (file) => {
  expect(findBreaches(readFileSync(`${FOLDER}/${file}`, "utf8"))).toEqual([]);
});

it(".ci/run installs without scripts of dependencies", () => {
  const run = readFileSync(".ci/run", "utf8");
  expect(run).toContain("npm ci");
  expect(findScriptsRun(run)).toEqual([]);
});

it("the tarball's checksum goes from the job that tested it to the one that publishes, past the artifact", () => {
  expect(release).toMatch(/sha512: \$\{\{ steps\.pack\.outputs\.sha512 \}\}/);
  expect(release).toMatch(/SHA512: \$\{\{ needs\.test\.outputs\.sha512 \}\}/);
});

describe("the rules notice", () => {
  it.each<[string, (yaml: string) => string, RegExp]>([
    ["an action by its tag", (yaml) => yaml.replace(/@[\da-f]{40} # (v7.0.1)/, "@$1"), /not by digest/],
    ["an action by its branch", (yaml) => yaml.replace(/@[\da-f]{40} # v7.0.1/, "@main"), /not by digest/],
    ["a digest without its version", (yaml) => yaml.replace(" # v7.0.1", ""), /not by digest/],
    ["a short digest", (yaml) => yaml.replace(/@([\da-f]{7})[\da-f]{33}/, "@$1"), /not by digest/],
    ["an image by its tag", (yaml) => yaml.replace(/@sha256:\w+/, ""), /test: image not by digest/],
    [
      "credentials that stay",
      (yaml) => yaml.replace("persist-credentials: false", "fetch-depth: 1"),
      /leaves/,
    ],
    ["scripts of dependencies", (yaml) => yaml.replace("run: .ci/run", "run: npm ci"), /runs scripts/],
    [
      "a branch's name in a command",
      (yaml) => yaml.replace("run: .ci/run", "run: echo \u0024{{ x }}"),
      /expression/,
    ],
    [
      "a workflow that may write",
      (yaml) => yaml.replace("contents: read", "contents: write"),
      /more than read/,
    ],
    ["a workflow with all rights", (yaml) => yaml.replace("  contents: read", ""), /more than read/],
    [
      "a publisher that may read the repository",
      (yaml) => yaml.replace("id-token: write", "id-token: write\n      contents: read"),
      /more than identify/,
    ],
    [
      "a publisher that waits for nothing",
      (yaml) => yaml.replace("    needs: test\n", ""),
      /waits for no test/,
    ],
    [
      "a publisher that checks the project out",
      (yaml) => yaml.replace("uses: actions/download-artifact", "uses: actions/checkout"),
      /checks the project out/,
    ],
    [
      "a publisher that compares nothing",
      (yaml) => yaml.replace(" | sha512sum --check --strict", ""),
      /does not compare/,
    ],
    [
      "a publisher that builds",
      (yaml) => yaml.replace("npm publish ./package.tgz", "npm run build && npm publish"),
      /something else than a tarball/,
    ],
    [
      "a publisher that runs more",
      (yaml) =>
        yaml.replace("- run: npm publish", "- run: npm i -g npm --ignore-scripts\n      - run: npm publish"),
      /runs more/,
    ],
  ])("a breach by %s", (_, change, breach) => {
    const changed = change(release);
    expect(changed).not.toBe(release);
    expect(findBreaches(changed).join("\n")).toMatch(breach);
  });
});

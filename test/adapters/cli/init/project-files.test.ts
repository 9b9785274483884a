import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { formatProject } from "../../../../adapters/cli/init/project-files.ts";

const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
const { engines } = JSON.parse(readFileSync("node_modules/wrangler/package.json", "utf8"));

it.each([
  ["20.19.0", { node: devDependencies.node, wrangler: devDependencies.wrangler }],
  ["21.7.3", { node: devDependencies.node, wrangler: devDependencies.wrangler }],
  ["22.0.0", { wrangler: devDependencies.wrangler }],
  ["24.21.0", { wrangler: devDependencies.wrangler }],
])("a project that init writes on Node %s has wrangler, and a Node that runs it", (nodeVersion, expected) => {
  const project = { name: "codes", brand: "Acme", countries: "GB", smsFrom: "Acme", port: 8787 };
  const files = formatProject(project, {
    wranglerToml: readFileSync("wrangler.toml", "utf8"),
    dependency: "0.2.0",
    sandboxSettings: {},
    createSecret: () => "s".repeat(48),
    nodeVersion,
  });
  expect(JSON.parse(files["package.json"] ?? "").devDependencies).toEqual(expected);
  // The boundary above is wrangler's own.
  expect(engines.node).toBe(">=22.0.0");
});

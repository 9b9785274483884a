// `npm run docs:site`: the documentation and the API reference as one site, in .wrangler/site.

import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { stagePages } from "./stage.ts";

const SITE = "docs/site";
const STAGE = `${SITE}/.pages`;

process.chdir(fileURLToPath(new URL("../../", import.meta.url)));
if (!existsSync(`${SITE}/node_modules/vitepress`)) {
  run("npm", ["ci", "--prefix", SITE, "--ignore-scripts", "--no-audit", "--no-fund"]);
}
rmSync(STAGE, { recursive: true, force: true });
stagePages(STAGE);
run("typedoc", ["--options", `${SITE}/typedoc.config.js`, "--logLevel", "Warn"]);
mkdirSync(`${STAGE}/.vitepress`);
copyFileSync(`${SITE}/vitepress.config.js`, `${STAGE}/.vitepress/config.js`);
cpSync(`${SITE}/theme`, `${STAGE}/.vitepress/theme`, { recursive: true });
copyFileSync("adapters/console/icon.svg", `${STAGE}/public/icon.svg`);
run(process.execPath, [`${SITE}/node_modules/vitepress/bin/vitepress.js`, "build", STAGE]);

function run(command: string, args: readonly string[]): void {
  execFileSync(command, [...args], { stdio: "inherit" });
}

// `npm run test:runners`: a user's unit tests of a sign-in, with the sandbox of the packed package, in the test runners
// that docs/testing.md names. The runners are installed apart, from a lockfile of their own. Deno, Bun and other
// versions of Node are in `npm run test:runtimes`.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packInto } from "../../support/pack.ts";
import { openProject } from "../../support/pinned-project.ts";
import { createTally } from "../../support/tally.ts";

const { attempt, finish } = createTally();
const { folder, run } = openProject("runners", { NO_COLOR: "1", NODE_OPTIONS: "" });
installPackage();
const page = readPage();

const REPORT = join(folder, "report.json");
/** Vitest prints more than the report. */
const TO_FILE = ["--reporter=json", `--outputFile=${REPORT}`];
const TESTS = countTests(readFileSync(join(folder, "node.test.mjs"), "utf8"));
assert.ok(TESTS > 0);

await attempt("node:test", () => {
  const output = execFileSync(process.execPath, ["--test", "--test-reporter=tap", "node.test.mjs"], {
    cwd: folder,
    encoding: "utf8",
    // Node's test runner does nothing if another one has started it.
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
  });
  assert.match(output, new RegExp(`^# pass ${TESTS}$`, "m"));
});
await attempt("Jest, with ES modules", () => {
  const jest = join(folder, "node_modules/jest/bin/jest.js");
  const output = execFileSync(
    process.execPath,
    ["--experimental-vm-modules", "--no-warnings", jest, "-c", "jest.esm.config.mjs", "--json"],
    { cwd: folder, encoding: "utf8", stdio: "pipe" },
  );
  assert.equal(JSON.parse(output).numPassedTests, TESTS);
});
await attempt("Jest, with CommonJS made by Babel, as the page configures it", () => {
  const config = { ...JSON.parse(page.jest), testMatch: ["**/jest.test.cjs"] };
  const output = run("jest", "--rootDir", ".", "-c", JSON.stringify(config), "--json");
  assert.equal(JSON.parse(output).numPassedTests, TESTS);
});
await attempt("Vitest, with the tests of the page too", () => {
  writeFileSync(join(folder, "page.test.mjs"), page.tests);
  run("vitest", "run", "-c", "vitest.config.mjs", ...TO_FILE);
  const onPage = countTests(page.tests);
  assert.ok(onPage > 0);
  assert.equal(readReport().numPassedTests, TESTS + onPage);
});
await attempt("Vitest, in workerd", () => {
  run("vitest", "run", "-c", "workers.config.mjs", ...TO_FILE);
  assert.equal(readReport().numPassedTests, TESTS);
});
finish();

function countTests(file: string): number {
  return file.match(/^test\(/gm)?.length ?? 0;
}

/** The code that a reader of docs/testing.md copies. */
function readPage(): { readonly tests: string; readonly jest: string } {
  const text = readFileSync("docs/testing.md", "utf8");
  const blockOf = (language: string) => {
    const [, indent = "", block] =
      new RegExp(`^( *)\`\`\`${language}\\n(.*?)^ *\`\`\``, "ms").exec(text) ?? [];
    if (block === undefined) throw new Error(`docs/testing.md has no block of ${language}`);
    return block.replaceAll(new RegExp(`^${indent}`, "gm"), "");
  };
  return { tests: blockOf("js"), jest: blockOf("json") };
}

function readReport(): { readonly numPassedTests: number } {
  const report = JSON.parse(readFileSync(REPORT, "utf8"));
  rmSync(REPORT);
  return report;
}

/** The package has no dependencies, so unpacking it is installing it. */
function installPackage(): void {
  const target = join(folder, "node_modules/vonage-conversion");
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target);
  execFileSync("tar", ["-xzf", packInto(folder), "-C", target, "--strip-components=1"]);
}

// The README's TypeScript, as a reader would copy it: type-checked and run against the built package.

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, expect, it } from "vitest";

/** Within the package, so that its own name leads to it. */
const FOLDER = ".wrangler/readme";
const snippets = [...readFileSync("README.md", "utf8").matchAll(/^```ts\n(.*?)^```/gms)].map(
  ([, text = ""]) => text,
);
const files = snippets.map((_, index) => `${FOLDER}/${index}.ts`);

beforeAll(() => {
  mkdirSync(FOLDER, { recursive: true });
  for (const [index, text] of snippets.entries()) {
    // A page is handed its token by the server.
    const given = /\btoken\b/.test(text) && !/const token\b/.test(text);
    const prelude = given ? 'const token = "aaaa.bbbb.cccc";\n' : "";
    writeFileSync(files[index] ?? "", `${prelude}${text}\nexport {};\n`);
  }
  // In place of the network: whoever is called records the report.
  writeFileSync(
    `${FOLDER}/offline.mjs`,
    "globalThis.fetch = async () => new Response(null, { status: 200 });\n",
  );
});
afterAll(() => rmSync(FOLDER, { recursive: true }));

it("has snippets for each kind of user", () => {
  expect(snippets.length).toBeGreaterThanOrEqual(5);
});

it("has snippets that type-check", () => {
  const { config } = ts.readConfigFile("tsconfig.json", ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ".");
  const program = ts.createProgram(files, options);
  const problems = ts
    .getPreEmitDiagnostics(program)
    .map(
      ({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
    );
  expect(problems).toEqual([]);
});

it.each(
  snippets.map(
    (text, index) => [text.split("\n").find((line) => line.includes("from")) ?? "", index] as const,
  ),
)("has a snippet that runs: %s (%i)", (_, index) => {
  const offline = `file://${resolve(FOLDER, "offline.mjs")}`;
  execFileSync(process.execPath, ["--import", offline, files[index] ?? ""], {
    stdio: "pipe",
    timeout: 15_000,
  });
});

// The TypeScript of README and docs, as a reader would copy it: type-checked and run against the built package.

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findPages } from "../../docs/site/stage.ts";

/** Within the package, so that its own name leads to it. */
const FOLDER = ".wrangler/readme";
const PAGES = findPages().filter((page) => /^(README|docs)\b/.test(page));
const snippets = PAGES.flatMap((page) =>
  [...readFileSync(page, "utf8").matchAll(/^```ts\n(.*?)^```/gms)].map(([, text = ""]) => text),
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
  // In place of the network: whoever is called records the report, and has a challenge. In place of workerd: classes.
  writeFileSync(
    `${FOLDER}/offline.mjs`,
    `import { registerHooks } from "node:module";
const challenge = { id: "0.AAAAAAAAAAAAAAAAAAAAAA", to: "+447400123456", channel: "sms", expiresAt: "2026-11-24T12:00:00.000Z", attemptsLeft: 5 };
globalThis.fetch = async (url) =>
  /[/]2fa$|resend$/.test(url) ? Response.json(challenge, { status: 201 })
  : /messages$/.test(url) ? Response.json({ expiresAt: challenge.expiresAt }, { status: 201 })
  : /check$/.test(url) ? Response.json({ verified: true })
  : new Response(null, { status: 200 });
const classes = "export class DurableObject {} export class WorkerEntrypoint {}";
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "cloudflare:workers"
      ? { url: "data:text/javascript," + encodeURIComponent(classes), shortCircuit: true }
      : next(specifier, context),
});
`,
  );
});
afterAll(() => rmSync(FOLDER, { recursive: true }));

it("has snippets for each kind of user", () => {
  expect(snippets.length).toBeGreaterThanOrEqual(8);
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

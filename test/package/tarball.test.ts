// The packed package in somebody else's hands: linters of packages, compilers, debuggers, Node.

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packAndInstall, type Tarball } from "./tarball.ts";

const { exports, version } = JSON.parse(readFileSync("package.json", "utf8"));
const entries = Object.keys(exports)
  .filter((name) => name !== "./package.json")
  .map((name) => `vonage-conversion${name.slice(1)}`);

let tarball: Tarball;
beforeAll(() => {
  tarball = packAndInstall();
});
afterAll(() => tarball?.remove());

it("publint finds nothing, not even to suggest", async () => {
  const { messages, pkg } = await publint({ pack: { tarball: tarball.bytes.buffer }, strict: true });
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
});

it("Are the types wrong? finds nothing where ES modules are understood", async () => {
  const result = await checkPackage(createPackageFromTarballData(tarball.bytes));
  if (!result.types) throw new Error("there are no types");
  expect(Object.keys(result.entrypoints)).toEqual(Object.keys(exports));
  // Its profile "esm-only": there is nothing for Node 10's resolution, and `require` in TypeScript's "node16" gets ES
  // modules, which Node can require from 20.19 and 22.12 on. Whatever else is wrong counts.
  const expected = ["NoResolution node10", "CJSResolvesToESM node16-cjs"];
  const problems = result.problems.map(
    (one) => `${one.kind} ${"resolutionKind" in one ? one.resolutionKind : ""}`,
  );
  expect(problems.filter((problem) => !expected.includes(problem))).toEqual([]);
});

it("an installation is this package alone, and takes less than 4 MB of a disk", () => {
  const modules = join(tarball.project, "node_modules");
  const files = readdirSync(modules, { recursive: true, encoding: "utf8" })
    .map((path) => statSync(join(modules, path)))
    // A folder takes a block too.
    .map(({ size }) => Math.ceil(size / 4096) * 4096);
  const taken = files.reduce((sum, one) => sum + one, 0);
  console.log(`installed: ${taken} bytes`);
  expect(files.length).toBeGreaterThan(50);
  expect(taken).toBeLessThan(4_000_000);
  expect(readdirSync(modules)).toEqual(["vonage-conversion"]);
});

describe("source maps", () => {
  const list = () => readdirSync(join(tarball.folder, "dist"), { recursive: true, encoding: "utf8" });
  const read = (path: string) => readFileSync(join(tarball.folder, "dist", path), "utf8");

  it("come with every script, which says where its own is", () => {
    const scripts = list().filter((path) => path.endsWith(".mjs"));
    expect(scripts.length).toBeGreaterThan(entries.length);
    const lost = scripts.filter((path) => {
      const [, map = ""] = /\n\/\/# sourceMappingURL=(\S+)\n?$/.exec(read(path)) ?? [];
      return map === "" || !list().includes(join(dirname(path), map));
    });
    expect(lost).toEqual([]);
  });

  it("hold the text of every source they name", () => {
    const maps = list().filter((path) => path.endsWith(".map"));
    const missing = maps.flatMap((path) => {
      const { sources, sourcesContent = [] } = JSON.parse(read(path)) as {
        readonly sources: readonly string[];
        readonly sourcesContent?: readonly (string | null)[];
      };
      return sources.filter(
        (source, at) =>
          typeof sourcesContent[at] !== "string" &&
          !existsSync(join(tarball.folder, "dist", path, "..", source)),
      );
    });
    expect(maps.length).toBeGreaterThan(entries.length);
    expect(missing).toEqual([]);
  });
});

describe("in a project that has it installed, and nothing else", () => {
  const uses = () =>
    entries
      .map((entry, at) => `import * as entry${at} from "${entry}";\nexport const use${at} = entry${at};`)
      .join("\n");

  /** Compiles what uses every entry, declarations of others included; gives everything that is wrong. */
  function compile(options: ts.CompilerOptions): string[] {
    const file = join(tarball.project, "index.ts");
    writeFileSync(file, uses());
    const program = ts.createProgram([file], {
      target: ts.ScriptTarget.ES2022,
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      noEmit: true,
      types: [],
      ...options,
    });
    const read = program.getSourceFiles().map(({ fileName }) => fileName);
    // Otherwise it was not this package that was checked.
    expect(read.filter((path) => path.startsWith(join(tarball.folder, "dist"))).length).toBeGreaterThan(
      entries.length,
    );
    expect(
      read.filter((path) => path.startsWith(resolve("dist")) || path.startsWith(resolve("src"))),
    ).toEqual([]);
    return ts
      .getPreEmitDiagnostics(program)
      .map(
        ({ file: at, messageText }) =>
          `${at?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
      );
  }

  const bundler = { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler };
  const nodeNext = { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext };
  const browser = { lib: ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"] };
  // Without a browser's types: Node's have fetch and what belongs to it.
  const node = { lib: ["lib.es2022.d.ts"], types: ["node"], typeRoots: [resolve("node_modules/@types")] };

  it.each([
    ["a bundler's resolution and a browser's types", { ...bundler, ...browser }],
    ["Node's resolution and a browser's types", { ...nodeNext, ...browser }],
    ["Node's resolution and types", { ...nodeNext, ...node }],
  ])("it type-checks with %s, declarations included", (_, options) => {
    expect(compile(options)).toEqual([]);
  });

  it("its entries run in Node, those that need Cloudflare aside", () => {
    const names = entries.filter((entry) => !entry.endsWith("/cloudflare"));
    const script = `console.log((await Promise.all(${JSON.stringify(names)}.map((name) => import(name)))).length)`;
    const output = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
      cwd: tarball.project,
      encoding: "utf8",
    });
    expect(output).toBe(`${names.length}\n`);
  });

  it("its command line runs", () => {
    const cli = join(tarball.folder, "dist/cli.mjs");
    expect(execFileSync(process.execPath, [cli, "--version"], { encoding: "utf8" })).toBe(`${version}\n`);
  });
});

// Tests of the published files: the build, not the sources. `npm test` builds first.

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { RUNTIMES } from "../e2e/runtimes/runtimes.ts";
import { bundle, bundleDeployedWorker } from "./bundle.ts";
import { findCycle, readImports, readLibraries } from "./imports.ts";

const { bin, engines, exports, version } = JSON.parse(readFileSync("package.json", "utf8"));
const entries = Object.entries<{ types: string; default: string }>(exports).filter(
  ([, target]) => target.default,
);

/** The sources of the entries and of the command line. */
const SOURCES = [
  "src/index.ts",
  "src/token/index.ts",
  "src/sandbox/index.ts",
  "adapters/sandbox/index.ts",
  "src/webhooks/index.ts",
  "src/two-factor/index.ts",
  "src/track/index.ts",
  "adapters/cloudflare/index.ts",
  "adapters/http/index.ts",
  "adapters/cli/index.ts",
];

beforeAll(() => {
  if (!existsSync("dist/index.mjs")) throw new Error("There is no dist/. Run `npm run build` first.");
});

it("every entry exports what it is known for, and nothing else", async () => {
  const names: Record<string, string[]> = {};
  for (const [name, target] of entries)
    names[name] = Object.keys(await import(pathToFileURL(target.default).href)).sort();
  expect(names).toEqual({
    ".": ["ConversionError", "createConversionClient", "isConversionError"],
    "./token": ["mintReportToken", "verifyReportToken"],
    "./webhooks": [
      "WebhookError",
      "isWebhookError",
      "mergeReceipts",
      "parseDeliveryReceipt",
      "parseInboundSms",
      "readVoiceEvent",
      "readWebhook",
      "verifyVoiceEvent",
      "verifyWebhook",
    ],
    "./two-factor": [
      "SendError",
      "TwoFactorError",
      "createShortCodeSender",
      "createSmsSender",
      "createTwoFactorClient",
      "createVoiceSender",
      "isSendError",
      "isTwoFactorError",
    ],
    "./track": ["ConversionError", "createTrackingClient", "isConversionError"],
    "./sandbox": ["SANDBOX_ACCOUNTS", "SANDBOX_APPLICATION", "SANDBOX_CREDENTIALS", "createSandbox"],
    "./fetch": ["ConversionError", "createConversionHandler", "isConversionError"],
    "./cloudflare": [
      "Challenges",
      "Conversions",
      "Insight",
      "Ledger",
      "SendLimits",
      "TwoFactor",
      "createWorker",
      "default",
    ],
  });
});

it("every entry comes with its types", () => {
  expect(entries.filter(([, target]) => !existsSync(target.types))).toEqual([]);
});

describe.each([["workerd"], ["browser"], ["node"]])("under the conditions of %s", (condition) => {
  it.each(entries)("nothing that %s imports is Node's", (entry, target) => {
    const { outside, modules } = bundle(target.default, [condition, "import"]);
    // The base classes of the platform it is for.
    expect([...new Set(outside)]).toEqual(entry === "./cloudflare" ? ["cloudflare:workers"] : []);
    expect(modules.filter((module) => /node-fetch|\/unenv\//.test(module))).toEqual([]);
  });
});

describe("the command line", () => {
  const path = bin["vonage-conversion"];

  it("is built as a script that Node runs", () => {
    expect(readFileSync(path, "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
    expect(execFileSync(process.execPath, [path, "--version"], { encoding: "utf8" })).toBe(`${version}\n`);
  });

  it("needs nothing but Node and this package", () => {
    const { outside, modules } = bundle(path, ["node", "import"]);
    expect(outside).toContain("node:util");
    expect(outside.filter((name) => !name.startsWith("node:"))).toEqual([]);
    expect(modules.filter((module) => !module.startsWith("dist/"))).toEqual([]);
  });
});

describe("the libraries", () => {
  const licences = () => readFileSync("dist/LICENSES.txt", "utf8");
  const builtIn = () => [...licences().matchAll(/^## (\S+) (\S+)$/gm)].map(([, name = ""]) => name);

  it("are built in, each with its version and licence", () => {
    const consoleToo = [...SOURCES, "adapters/console/main.tsx"];
    const imported = readLibraries(readImports(consoleToo).keys());
    expect(imported.length).toBeGreaterThan(5);
    expect(builtIn().toSorted()).toEqual(imported);
    for (const name of imported) {
      const { version, license } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8"));
      const [, text = ""] = licences().split(`## ${name} ${version}\n`);
      expect(license).toBe("MIT");
      expect(text.split("\n## ")[0]).toMatch(/Copyright[\s\S]*Permission is hereby granted, free of charge/);
    }
    // The numbering plans are Google's.
    expect(licences()).toContain("Apache License");
  });

  it("are neither named as dependencies nor loaded from elsewhere", () => {
    const { dependencies, optionalDependencies, peerDependencies } = JSON.parse(
      readFileSync("package.json", "utf8"),
    );
    expect({ dependencies, optionalDependencies, peerDependencies }).toEqual({});
    for (const [, target] of entries) {
      const { modules } = bundle(target.default, ["node", "import"]);
      expect(modules.filter((module) => !module.startsWith("dist/"))).toEqual([]);
    }
  });

  it("are built in once: entries that use the same one share its chunk", () => {
    const scripts = readdirSync("dist", { recursive: true, encoding: "utf8" }).filter((path) =>
      path.endsWith(".mjs"),
    );
    // A line of each, as its build writes it.
    const marks = {
      jose: "class JWTExpired extends JOSEError",
      valibot: "function safeParse(",
      hono: "class Hono {",
      ofetch: "function createFetch(globalOptions",
      "libphonenumber-js": '"country_calling_codes":',
      "@noble/hashes": "class _MD5 extends",
    };
    for (const [library, mark] of Object.entries(marks)) {
      const copies = scripts.filter((path) => readFileSync(`dist/${path}`, "utf8").includes(mark));
      expect(copies, library).toHaveLength(1);
    }
  });

  it("run on the oldest Node that the package claims, which the tests try", () => {
    const toOrder = (range: string) => {
      const [, major = 0, minor = 0, patch = 0] = /^>= ?(\d+)\.(\d+)\.(\d+)$/.exec(range) ?? [];
      return (Number(major) * 1000 + Number(minor)) * 1000 + Number(patch);
    };
    const claimed = toOrder(engines.node);
    const tried = RUNTIMES.filter((runtime) => runtime.name === "Node").map(({ version }) => version);
    expect(Math.min(...tried.map((one) => toOrder(`>=${one}`)))).toBe(claimed);
    const wanted = builtIn().flatMap((name) => {
      const { engines = {} } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8"));
      return engines.node === undefined ? [] : [[name, toOrder(engines.node)] as const];
    });
    expect(wanted.length).toBeGreaterThan(0);
    expect(wanted.filter(([, oldest]) => oldest === 0 || oldest > claimed)).toEqual([]);
  });
});

it("the tarball holds what is built, every entry and the command line among it, and no sources", () => {
  const packed = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    encoding: "utf8",
    stdio: "pipe",
  });
  const paths: string[] = JSON.parse(packed)[0].files.map((file: { readonly path: string }) => file.path);
  const named = [
    bin["vonage-conversion"],
    ...entries.flatMap(([, target]) => [target.default, target.types]),
  ];
  expect(named.filter((one) => !paths.includes(one.replace("./", "")))).toEqual([]);
  expect(paths.filter((one) => !/^(dist\/|README\.md$|LICENSE$|package\.json$)/.test(one))).toEqual([]);
});

it("the client needs at most 8.0 kB in a browser, minified and gzipped, with all libraries", () => {
  const { size } = bundle("dist/index.mjs", ["browser", "import"]);
  console.log(`client: ${size} bytes min+gzip`);
  expect(size).toBeLessThanOrEqual(8000);
});

it("a handler without the workflow does not pay for phone numbers", () => {
  const plans = "country_calling_codes";
  expect(bundle("dist/cloudflare.mjs", ["workerd", "import"]).code).toContain(plans);
  expect(bundle("dist/fetch.mjs", ["workerd", "import"]).code).not.toContain(plans);
});

it("MD5 is loaded only when a signature asks for it", () => {
  const { code, modules } = bundle("dist/index.mjs", ["browser", "import"]);
  const lazy = modules.filter((module) => /0x67452301|1732584193/.test(readFileSync(module, "utf8")));
  expect(lazy).toEqual(["dist/chunks/md5.mjs"]);
  expect(code).not.toMatch(/0x67452301|1732584193/);
});

// Cloudflare allows 3 MB. Insight, with its rules and alarms, is some 20 kB of it; the names of the runbook and the hints
// for the operator are half a kilobyte.
// 39 kB of it are libphonenumber's full metadata. The smallest has 19 kB, and knows no types of numbers.
it("the Worker, with ledger, workflow and Insight, needs at most 191 kB, minified and gzipped, with all libraries", () => {
  const { size } = bundleDeployedWorker();
  console.log(`Worker: ${size} bytes min+gzip`);
  expect(size).toBeLessThanOrEqual(191_000);
});

// Vonage's side is 31 kB of it. The rest is the Worker, with libphonenumber's full metadata. It runs in tests only.
it("the sandbox, with the Worker in it, needs at most 170 kB, minified and gzipped, with all dependencies", () => {
  const { size } = bundle("dist/sandbox.mjs", ["browser", "import"]);
  console.log(`sandbox: ${size} bytes min+gzip`);
  expect(size).toBeLessThanOrEqual(170_000);
});

describe("the sources", () => {
  const imports = readImports(SOURCES);

  it("import from adapters/ to src/, never back", () => {
    const back = [...imports].filter(
      ([path, targets]) => path.startsWith("src/") && targets.some((one) => one.startsWith("adapters/")),
    );
    expect(imports.size).toBeGreaterThan(25);
    expect(back).toEqual([]);
  });

  it("have no import cycle, types and lazy imports included, the playground's page neither", () => {
    const playground = ["adapters/playground/index.ts", "adapters/workerd/worker.ts", "build/start.ts"];
    const all = readImports([...SOURCES, ...playground, "adapters/playground/page/page.ts"]);
    expect(all.get("src/client/options.ts")?.length).toBeGreaterThan(0);
    expect(findCycle(all)).toEqual([]);
  });

  it("never reach for Node's globals, but for the command line's", () => {
    // Examples in comments may be for Node.
    const codeOf = (path: string) => readFileSync(path, "utf8").replace(/\/\*\*[\s\S]*?\*\//g, "");
    const offending = [...imports.keys()].filter((path) =>
      /\bprocess\.[a-z]|\bBuffer\b|"node:/.test(codeOf(path)),
    );
    expect(offending.filter((path) => !path.startsWith("adapters/cli/"))).toEqual([]);
    expect(offending).toContain("adapters/cli/index.ts");
  });

  // Of the Worker it knows the names of settings, and the form of the files that `serve` passes on.
  const OF_THE_WORKER = ["adapters/cloudflare/settings/table.ts", "adapters/workerd/files.ts"];

  it("have a command line that builds on src/ and what it must know of the Worker, and that nothing builds on", () => {
    const crossing = [...imports].flatMap(([path, targets]) =>
      targets
        .filter((one) => path.startsWith("adapters/cli/") !== one.startsWith("adapters/cli/"))
        .map((one) => [path, one] as const),
    );
    expect(crossing.filter(([path]) => !path.startsWith("adapters/cli/"))).toEqual([]);
    expect(
      crossing.filter(([, one]) => !/^(src\/|package\.json$)/.test(one) && !OF_THE_WORKER.includes(one)),
    ).toEqual([]);
  });
});

it("the check for import cycles sees a cycle", () => {
  const graph = new Map([
    ["a", ["b"]],
    ["b", ["c", "d"]],
    ["c", []],
    ["d", ["a"]],
  ]);
  expect(findCycle(graph)).toEqual(["a", "b", "d", "a"]);
});

import { copyFileSync, readFileSync } from "node:fs";
import { defineBuildConfig } from "unbuild";
import { buildConsole } from "./adapters/console/build.ts";
import { createLibraries, withLibraries } from "./build/libraries.ts";
import { withLineMaps } from "./build/line-maps.ts";
import { buildWorkers } from "./build/workers.ts";

const libraries = createLibraries();

/** The sources of the entries, by the names of their built files. The last three are for the package's own use. */
const ENTRIES = {
  index: "src/index",
  token: "src/token/index",
  webhooks: "src/webhooks/index",
  "two-factor": "src/two-factor/index",
  track: "src/track/index",
  sandbox: "adapters/sandbox/index",
  fetch: "adapters/http/index",
  cloudflare: "adapters/cloudflare/index",
  vonage: "src/sandbox/index",
  "phone-number": "src/two-factor/numbers/phone-number",
  cli: "adapters/cli/index",
};

export default defineBuildConfig({
  entries: Object.entries(ENTRIES).map(([name, input]) => ({ input, name })),
  declaration: "node16",
  sourcemap: true,
  failOnWarn: true,
  externals: ["cloudflare:workers"],
  // All libraries are built in: with them an installation had 23 MB, of which 2 % were used. Modules that several entries
  // use are in chunks that the entries share. Under Node's conditions ofetch would bring `node:http` along.
  rollup: {
    esbuild: { target: "es2022" },
    resolve: { exportConditions: ["workerd", "worker", "browser", "import"] },
    inlineDependencies: [
      ...["ofetch", "destr", "ufo"],
      ...["@noble/hashes", "hono", "jose", "libphonenumber-js", "valibot"],
    ],
  },
  hooks: {
    "rollup:options": (_, options) => {
      const plugins = [options.plugins].flat();
      options.plugins = [
        withoutUnusedParts(),
        withVersionOnly(),
        withLibraries(libraries),
        withLineMaps(),
        ...plugins,
      ];
    },
    // Nobody imports these, so they need no types.
    "rollup:dts:options": (_, options) => {
      const entries = Object.entries(options.input as Record<string, string>);
      options.input = Object.fromEntries(
        entries.filter(([name]) => !["cli", "phone-number", "vonage"].includes(name)),
      );
    },
    "build:done": async () => {
      libraries.add(buildConsole("dist/assets"));
      libraries.add(await buildWorkers("dist", ENTRIES));
      libraries.write("dist/LICENSES.txt");
      // `vonage-conversion init` makes a project's from it.
      copyFileSync("wrangler.toml", "dist/wrangler.toml");
    },
  },
});

/**
 * ofetch parses JSON with destr and joins URLs with ufo. The transport asks for neither (a complete URL, and a body that
 * it reads itself), nor for a `fetch` that is made at import, nor for errors that quote the URL, nor for bodies to be
 * converted (texts and Blobs, with their headers). Together they are more than half of ofetch's size, which browsers
 * would pay for.
 */
function withoutUnusedParts() {
  const unused = '() => { throw new Error("This part of ofetch is not built in."); }';
  const modules: Record<string, string> = {
    destr: `export default ${unused};`,
    ufo: `export const withBase = ${unused}, withQuery = withBase;`,
  };
  const functions: Record<string, string> = {
    createFetchError: "({ error }) => ({ cause: error })",
    detectResponseType: unused,
    // Guards the conversion of bodies.
    isPayloadMethod: "() => false",
    isJSONSerializable: unused,
  };
  const find = (code: string, pattern: RegExp): string => {
    const [found] = pattern.exec(code) ?? [];
    if (found === undefined) throw new Error(`ofetch is built otherwise than before: no ${pattern}`);
    return found;
  };
  return {
    name: "without-unused-parts",
    resolveId: (id: string) => (id in modules ? `\0unused:${id}` : null),
    load: (id: string) => (id.startsWith("\0unused:") ? modules[id.slice("\0unused:".length)] : null),
    transform: (code: string, id: string) => {
      if (/[\\/]ofetch[\\/]dist[\\/]index\.mjs$/.test(id)) {
        const line = find(code, /^import \{ \w+ as createFetch \} from .*$/m);
        return { code: `${line}\nexport { createFetch };`, map: null };
      }
      if (!/[\\/]ofetch[\\/]dist[\\/]shared[\\/]/.test(id)) return null;
      let less = code;
      for (const [name, body] of Object.entries(functions)) {
        less = less.replace(
          find(less, new RegExp(`^function ${name}\\([^]*?^}$`, "m")),
          `const ${name} = ${body};`,
        );
      }
      return { code: less, map: null };
    },
  };
}

/** Of package.json, which the command line imports, its version alone is built in. */
function withVersionOnly() {
  return {
    name: "with-version-only",
    load: (id: string) =>
      /[\\/]package\.json$/.test(id)
        ? JSON.stringify({ version: JSON.parse(readFileSync(id, "utf8")).version })
        : null,
  };
}

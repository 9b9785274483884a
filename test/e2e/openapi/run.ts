// `npm run test:openapi`: two linters read docs/openapi.yaml, and two generators make clients of it, which a login then
// uses against a real Worker. The tools are installed apart, from a lockfile of their own.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { buildSync } from "esbuild";
import { ADMIN_KEY, PROXY_KEY } from "../../support/local-stack.ts";
import { openProject } from "../../support/pinned-project.ts";
import { createTally } from "../../support/tally.ts";
import { aNumber, codeAt, reportsOf, startTwoFactorStack } from "../../support/two-factor-stack.ts";
import { untilEqual } from "../../support/until.ts";
import type { Shop, Visit } from "./project/shop.ts";

const DOCUMENT = resolve("docs/openapi.yaml");
const TYPES = ["generated/schema.d.ts", "generated/hey-api/types.gen.ts"];

const { attempt, finish } = createTally();
const { folder, run } = openProject("openapi", {
  REDOCLY_TELEMETRY: "off",
  REDOCLY_SUPPRESS_UPDATE_NOTICE: "true",
});

await attempt("Redocly finds nothing, with its recommended rules", () => {
  const { totals, problems } = JSON.parse(run("redocly", "lint", DOCUMENT, "--format=json"));
  assert.deepEqual({ totals, problems }, { totals: { errors: 0, warnings: 0, ignored: 0 }, problems: [] });
});
await attempt("Spectral finds nothing, with its rules for OpenAPI", () => {
  const found = run("spectral", "lint", DOCUMENT, "-r", ".spectral.json", "-f", "json", "--quiet");
  assert.deepEqual(JSON.parse(found), []);
});
await attempt("openapi-typescript and @hey-api/openapi-ts make clients", () => {
  run("openapi-typescript", DOCUMENT, "-o", "generated/schema.d.ts");
  run("openapi-ts", "-i", DOCUMENT, "-o", "generated/hey-api", "-c", "@hey-api/client-fetch");
});
await attempt("their types contain no `any`, and `unknown` only where the document leaves it open", () => {
  for (const path of TYPES) {
    const lines = readFileSync(join(folder, path), "utf8")
      .replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "")
      .split("\n")
      .filter((line) => /\bany\b|\bunknown\b(?!["'])/.test(line));
    // An answer may have more headers, Vonage's webhooks more parameters, and their answers have no body.
    const open = /^ +\[(name|key): string\]: unknown;$|^ +200: unknown;$/;
    assert.deepEqual(
      lines.filter((line) => !open.test(line)),
      [],
      path,
    );
  }
});
await attempt("a program that uses both type-checks, and must give what is required", () => {
  run("tsc", "-p", ".");
});

const stack = await startTwoFactorStack();
try {
  for (const client of ["openapi-fetch", "hey-api"]) {
    await attempt(`${client}: signs a user in, reports, tracks, and reads problems`, async () => {
      const number = aNumber();
      const visit = await load(client);
      const found = await visit({
        endpoint: stack.worker.url,
        proxyKey: PROXY_KEY.key,
        adminKey: ADMIN_KEY.key,
        number: `+${number}`,
        readCode: () => codeAt(stack.sandbox, number),
      });
      const { tracked, recorded, ...rest } = found;
      assert.deepEqual(rest, {
        wrong: ["urn:problem:vonage-conversion:code-wrong", 4],
        verified: true,
        ended: ["verified", 1],
        reported: "recorded",
        refused: [403, "No codes are sent to this country"],
      });
      assert.match(tracked, /^\d{4}-\d\d-\d\dT.*Z$/);
      assert.equal(recorded.filter((id) => id.startsWith(client)).length, 1);
      const [message] = stack.sandbox.handset(number).inbox();
      await untilEqual(() => reportsOf(stack.sandbox, message?.messageIds[0]), [true]);
    });
  }
} finally {
  await stack.stop();
}
finish();

/** Bundles the program of one client, since generated imports have no extensions, and loads it. */
async function load(client: string): Promise<(shop: Shop) => Promise<Visit>> {
  const outfile = join(folder, `generated/${client}.mjs`);
  const entry = join(folder, `${client}.ts`);
  buildSync({ entryPoints: [entry], outfile, bundle: true, format: "esm", platform: "node" });
  return (await import(pathToFileURL(outfile).href)).visit;
}

// The rules for the configuration that is deployed; the documented one must keep them too.

import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { unstable_readConfig as readConfig } from "wrangler";

function documented(): string {
  const blocks = readFileSync("docs/deploying.md", "utf8").matchAll(/```toml\n(.*?)```/gs);
  const found = [...blocks]
    .map(([, text = ""]) => text)
    .find((text) => text.includes("[[durable_objects.bindings]]"));
  const folder = mkdtempSync(join(tmpdir(), "wrangler-toml-"));
  writeFileSync(join(folder, "worker.js"), "export default {};");
  const path = join(folder, "wrangler.toml");
  writeFileSync(path, found ?? "");
  return path;
}

describe.each([
  ["wrangler.toml", () => "wrangler.toml"],
  ["docs/deploying.md", documented],
])("the settings in %s", (_, path) => {
  it("keeps URLs out of Cloudflare's logs, and the Worker's own lines in them", () => {
    const { observability } = readConfig({ config: path() });
    expect(observability).toMatchObject({ enabled: true, logs: { enabled: true, invocation_logs: false } });
  });

  it("has a rate limit for tokens, keys and strangers", () => {
    const { ratelimits } = readConfig({ config: path() });
    expect(ratelimits.map((one: { name: string }) => one.name)).toEqual([
      "RATE_LIMIT_TOKEN",
      "RATE_LIMIT_KEY",
      "RATE_LIMIT_ANONYMOUS",
    ]);
  });
});

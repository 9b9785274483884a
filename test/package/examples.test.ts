import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { findDrift } from "../e2e/examples/copies.ts";

it("files that several examples share are identical copies", () => {
  expect(findDrift()).toEqual([]);
});

const folders = readdirSync("examples", { withFileTypes: true }).flatMap((one) =>
  one.isDirectory() ? `examples/${one.name}` : [],
);

describe.each(folders)("%s", (folder) => {
  const { scripts } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const page = readFileSync(`${folder}/README.md`, "utf8");
  const demanded: readonly string[] = scripts.prestart.match(/\b[A-Z][A-Z_]{5,}\b/g);

  it("says where each setting comes from that its start demands", () => {
    expect(demanded.length).toBeGreaterThan(0);
    expect(demanded.filter((name) => !page.includes(name))).toEqual([]);
  });

  it("says how to install it beside the tarball", () => {
    expect(page).toContain(`npm pack --pack-destination ${folder}`);
    expect(page).toMatch(/^npm ci\b/m);
  });

  it("has one line that starts it without an account", () => {
    // A service binding needs its Worker in the same process.
    if (folder.endsWith("worker-service-binding")) {
      expect(page).toMatch(/^npx vonage-conversion init vonage-conversion --yes .*\n[^`]*^npm start /m);
      return;
    }
    const [, line = ""] = /npx vonage-conversion sandbox`[^`]*\n`([^`]+ npm start)`/.exec(page) ?? [];
    const set = [...line.matchAll(/\b([A-Z][A-Z_]+)=\S/g)].map(([, name]) => name);
    expect(demanded.filter((name) => !set.includes(name))).toEqual([]);
    expect(line).toContain("VONAGE_CONVERSION_ENDPOINT=http://localhost:8787 ");
  });
});

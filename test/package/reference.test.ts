import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createTwoFactorClient } from "../../src/two-factor/index.ts";
import { PAGES } from "../support/reference/pages.ts";

it.each(Object.entries(PAGES))("%s agrees with the code (run: npm run docs:reference)", (file, text) => {
  expect(readFileSync(file, "utf8")).toBe(text);
});

describe("the pages of docs/reference", () => {
  it("explain every option, code and problem", () => {
    const rows = Object.values(PAGES).flatMap((text) => text.match(/^\| `.*\|$/gm) ?? []);
    expect(rows.length).toBeGreaterThan(150);
    // No cell is empty.
    expect(rows.filter((row) => /\| *\|/.test(row))).toEqual([]);
  });

  it("name each code of an error once", () => {
    const [, codes = ""] =
      /^## TwoFactorError\n(.*?)^### /ms.exec(PAGES["docs/reference/errors.md"] ?? "") ?? [];
    const names = [...codes.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
    expect(names).toContain("send_uncertain");
    expect(new Set(names).size).toBe(names.length);
    expect(() => createTwoFactorClient({ endpoint: "nowhere", key: "" })).toThrow(
      expect.objectContaining({ code: names.find((name) => name === "invalid_options") }),
    );
  });
});

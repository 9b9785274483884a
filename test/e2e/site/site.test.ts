// `npm run docs:site`: what a reader of the site finds, and what its links lead to.

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, expect, it } from "vitest";

const SITE = ".wrangler/site";
const ORIGIN = "https://site.example";

let files: readonly string[];
/** The pages by their path on the site. */
let pages: ReadonlyMap<string, string>;
beforeAll(() => {
  const noNetwork = `--import=${resolve("test/e2e/site/no-network.ts")}`;
  execFileSync(process.execPath, ["docs/site/build.ts"], {
    env: { ...process.env, NODE_OPTIONS: noNetwork },
    stdio: "pipe",
  });
  files = readdirSync(SITE, { recursive: true, encoding: "utf8" });
  pages = new Map(
    files.flatMap((path) =>
      path.endsWith(".html") ? [[`/${path}`, readFileSync(join(SITE, path), "utf8")]] : [],
    ),
  );
});

it("has a page for each page of the documentation, for each example, and for each entry of the package", () => {
  const { exports } = JSON.parse(readFileSync("package.json", "utf8"));
  const wanted = [
    "/index.html",
    ...readdirSync("docs").flatMap((name) =>
      name.endsWith(".md") ? `/docs/${name.replace("README", "index").replace(".md", ".html")}` : [],
    ),
    ...readdirSync("examples").flatMap((name) =>
      existsSync(`examples/${name}/README.md`) ? `/examples/${name}/index.html` : [],
    ),
    ...Object.keys(exports).flatMap((name) =>
      name === "./package.json" ? [] : `/api/vonage-conversion${name.slice(1)}/index.html`,
    ),
  ];
  expect(wanted.length).toBeGreaterThan(30);
  expect(wanted.filter((path) => !pages.has(path))).toEqual([]);
});

it("every link leads to a page of the site, to the anchor that it names, or to another site", () => {
  const broken: string[] = [];
  let followed = 0;
  for (const [page, html] of pages) {
    for (const link of readLinks(html)) {
      const { origin, pathname, hash } = new URL(link, ORIGIN + page);
      if (origin !== ORIGIN) continue;
      followed++;
      const path = decodeURIComponent(pathname).replace(/\/$/, "/index.html");
      const target = [path, `${path}.html`].find((one) => existsSync(SITE + one));
      const anchor = decodeURIComponent(hash.slice(1));
      const isThere =
        target !== undefined && (anchor === "" || (pages.get(target) ?? "").includes(`id="${anchor}"`));
      if (!isThere) broken.push(`${page}: ${link}`);
    }
  }
  expect(followed).toBeGreaterThan(2000);
  expect(broken).toEqual([]);
});

it("loads nothing from another site", () => {
  const loaded = [...pages.values()].flatMap((html) =>
    [...html.matchAll(/<(?:script|img|link|iframe)\b[^>]*?\b(?:src|href)="([^"]*)"/g)].map(
      ([, url = ""]) => url,
    ),
  );
  expect(loaded.length).toBeGreaterThan(100);
  expect(loaded.filter((url) => new URL(url, ORIGIN).origin !== ORIGIN)).toEqual([]);
});

it("its search finds pages, settings and names of the package", () => {
  const [index = ""] = files.filter((path) => path.includes("localSearchIndex"));
  const text = readFileSync(join(SITE, index), "utf8");
  for (const word of ["pumping", "two_factor_countries", "createtwofactorclient"]) {
    expect(text.toLowerCase()).toContain(word);
  }
});

function readLinks(html: string): readonly string[] {
  return [...html.matchAll(/<a\b[^>]*?\bhref="([^"]*)"/g)].map(([, link = ""]) =>
    link.replaceAll("&amp;", "&"),
  );
}

// Copies the repository's pages for VitePress, in the same folders, so that their links work there and on GitHub alike.

import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, extname, join, posix, relative } from "node:path";

/** Files that VitePress packs beside a page. */
const PICTURES = new Set([".png", ".svg"]);
/** Extensions that VitePress serves as they are; to others it would add `.html`. */
const PLAIN = new Set([".yaml", ".yml", ".json", ".txt"]);

/** @returns The paths of all pages, relative to the repository. */
export function findPages(): readonly string[] {
  const within = (folder: string) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name));
  return [...readdirSync("."), ...["docs", "examples", "test/mutation"].flatMap(within)].filter(
    (path) => path.endsWith(".md") && !/node_modules|^docs\/site/.test(path),
  );
}

/** Where a page is on the site: a folder's README is its index. */
const toSite = (page: string): string =>
  join(dirname(page), basename(page).replace(/^README\.md$/, "index.md"));

export function stagePages(stage: string): void {
  const pages = new Set(findPages());
  for (const page of pages) write(join(stage, toSite(page)), convert(page));

  /** Points links to pages at their place on the site, and copies the files that links and pictures need. */
  function convert(page: string): string {
    const text = readFileSync(page, "utf8");
    return outsideCode(text, (prose) =>
      prose.replace(/\]\((?!https?:|#|mailto:)([^)\s#]+)(#[^)\s]*)?\)/g, (_, link: string, anchor = "") => {
        const target = posix.join(dirname(page), link);
        const linked = existsSync(target) && statSync(target).isDirectory() ? `${target}/README.md` : target;
        return `](${pages.has(linked) ? between(page, toSite(linked)) : takeAlong(page, target)}${anchor})`;
      }),
    );
  }

  function takeAlong(page: string, target: string): string {
    if (!existsSync(target)) throw new Error(`${page} links to ${target}, which does not exist`);
    if (statSync(target).isDirectory())
      throw new Error(`${page} links to ${target}, a folder without README.md`);
    if (PICTURES.has(extname(target))) {
      copy(target, join(stage, target));
      return between(page, target);
    }
    const name = PLAIN.has(extname(target)) ? target : `${target}.txt`;
    // A server may refuse files whose names begin with a dot.
    const path = name.replaceAll(/(^|\/)\./g, "$1");
    copy(target, join(stage, "public", path));
    return `/${path}`;
  }
}

/** Applies a change to everything but code blocks. */
export function outsideCode(text: string, change: (prose: string) => string): string {
  return text
    .split(/^( *```.*?^ *```$)/ms)
    .map((part, at) => (at % 2 === 0 ? change(part) : part))
    .join("");
}

function between(page: string, target: string): string {
  const path = relative(dirname(page), target);
  return path.startsWith(".") ? path : `./${path}`;
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}

// `node build/release-links.ts OWNER/NAME TAG`: the release's README links to the repository at that tag, since npm shows
// the README without the files that it links to.

import { readFileSync, writeFileSync } from "node:fs";
import { extname } from "node:path";
import { pathToFileURL } from "node:url";

const PICTURES = new Set([".png", ".svg"]);

/**
 * Replaces links to files of the repository. Anchors of the page itself stay.
 *
 * @param repository Its owner and name on GitHub.
 * @param tag The release's tag, so that the pages stay those of this version.
 */
export function toRepositoryLinks(markdown: string, repository: string, tag: string): string {
  return markdown.replace(/\]\((?!https?:|#)([^)\s#]+)(#[^)\s]*)?\)/g, (_, path: string, anchor = "") => {
    const kind = PICTURES.has(extname(path)) ? "raw" : "blob";
    return `](https://github.com/${repository}/${kind}/${tag}/${path}${anchor})`;
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [repository = "", tag = ""] = process.argv.slice(2);
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository) || tag === "") {
    console.error("Usage: node build/release-links.ts OWNER/NAME TAG");
    process.exit(2);
  }
  writeFileSync("README.md", toRepositoryLinks(readFileSync("README.md", "utf8"), repository, tag));
}

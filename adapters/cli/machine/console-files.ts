// Reads the console's files and the headers that wrangler.toml's assets have. Node only.

import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import type { StaticFiles } from "../../workerd/files.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** Reads the files of a folder of static assets, with the headers that its `_headers` names for `/console/*`. */
export function readConsoleFiles(assets: string): StaticFiles {
  const headers = readHeaders(readFileSync(join(assets, "_headers"), "utf8"));
  const files = readdirSync(join(assets, "console")).map((name) => {
    const type = TYPES[extname(name)];
    if (type === undefined) throw new Error(`There is no media type for ${name}.`);
    const body = readFileSync(join(assets, "console", name), "utf8");
    const path = `/console/${name === "index.html" ? "" : name}`;
    return [path, { body, headers: { "content-type": type, ...headers } }] as const;
  });
  return Object.fromEntries(files);
}

/** Reads the headers of the one rule. Comments and the rule's path have no indentation. */
function readHeaders(text: string): Record<string, string> {
  const pairs = text.split("\n").flatMap((line) => {
    const [, name, value] = /^ +([\w-]+): (.+)$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name.toLowerCase(), value] as const];
  });
  return Object.fromEntries(pairs);
}

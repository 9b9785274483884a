// A quickstart as its reader copies it: files, commands, and what the terminal should show.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { SANDBOX_KEYS } from "../../../adapters/cli/sandbox/sandbox-keys.ts";

export interface CodeBlock {
  readonly language: string;
  readonly text: string;
  /** The line of prose before it. */
  readonly lead: string;
}

const BLOCK = /([^\n]*)\n\n( *)```(\w*)\n(.*?)^\2```$/gms;

export const readBlocks = (page: string): readonly CodeBlock[] => findBlocks(readFileSync(page, "utf8"));

/** @param heading That of the section to look at. */
export function readSection(page: string, heading: string): readonly CodeBlock[] {
  const section = readFileSync(page, "utf8")
    .split(/^## /m)
    .find((one) => one.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`${page} has no section "${heading}"`);
  return findBlocks(section);
}

function findBlocks(markdown: string): readonly CodeBlock[] {
  return [...markdown.matchAll(BLOCK)].map(([, lead = "", indent = "", language = "", text = ""]) => ({
    lead,
    language,
    text: text.replace(new RegExp(`^${indent}`, "gm"), ""),
  }));
}

/** Writes the files that a page has its reader save, and returns their names. */
export function saveFiles(blocks: readonly CodeBlock[], folder: string): readonly string[] {
  return blocks.flatMap(({ lead, text }) => {
    const [, name] = /\b[Ss]ave .* as `([\w./-]+)`:$/.exec(lead) ?? [];
    if (name === undefined) return [];
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
    return name;
  });
}

/** Returns the commands that run the program: two settings, then the program itself. */
export function runCommands(blocks: readonly CodeBlock[]): readonly string[] {
  const block = blocks.find(({ text }) => text.startsWith("export VONAGE_CONVERSION_ENDPOINT="));
  if (block === undefined) throw new Error("no block sets the two variables");
  const [endpoint, key, ...commands] = block.text.trimEnd().split("\n");
  if (
    endpoint !== "export VONAGE_CONVERSION_ENDPOINT=http://localhost:8787" ||
    key !== `export VONAGE_CONVERSION_KEY=${SANDBOX_KEYS.proxyKey}`
  ) {
    throw new Error("the settings are not those of the local sandbox");
  }
  return commands;
}

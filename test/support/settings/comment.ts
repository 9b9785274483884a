import type { Setting } from "../../../adapters/cloudflare/settings/setting.ts";

/** A setting's sentences as lines of a comment, each at most 110 columns wide. */
export function formatComment(prefix: string, { what }: Setting): string[] {
  const lines = [""];
  for (const word of what.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (prefix.length + longer.length <= 110) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.map((line) => `${prefix}${line}`);
}

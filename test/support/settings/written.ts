// Everything that `npm run docs:settings` writes, by file. test/adapters/cloudflare/settings.test.ts compares.

import { SETTINGS } from "../../../adapters/cloudflare/settings/table.ts";
import { formatButton } from "./button.ts";
import { formatDevVars } from "./dev-vars.ts";
import { formatEnvType } from "./env-type.ts";
import { formatSettingsPage } from "./settings-page.ts";
import { formatWranglerVars } from "./wrangler-vars.ts";

interface Written {
  /** Matches the generated part of the file. The first group is kept before it. */
  readonly part: RegExp;
  readonly text: string;
}

const ALL = /()[\s\S]*/;

export const WRITTEN: Readonly<Record<string, Written>> = {
  "adapters/cloudflare/env.ts": { part: ALL, text: formatEnvType(SETTINGS) },
  ".dev.vars.example": { part: ALL, text: formatDevVars(SETTINGS) },
  "wrangler.toml": {
    part: /(\n\n)# Secrets, each set with[\s\S]*?(?=\n# Bindings\n)/,
    text: formatWranglerVars(SETTINGS),
  },
  "package.json": { part: /(\n {2})"cloudflare": \{[\s\S]*?\n {2}\}(?=,?\n)/, text: formatButton(SETTINGS) },
  "docs/reference/settings.md": { part: ALL, text: formatSettingsPage() },
};

/** The file's text as it should be. */
export function writeInto(file: string, before: string): string {
  const written = WRITTEN[file];
  if (written === undefined || !written.part.test(before))
    throw new Error(`Nothing is written into ${file}.`);
  return before.replace(written.part, (_, start: string) => `${start}${written.text}`);
}

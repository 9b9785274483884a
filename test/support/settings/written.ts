// Everything that `npm run docs:settings` writes, by file. test/adapters/cloudflare/settings.test.ts compares.

import { INSIGHT_SETTINGS } from "../../../adapters/cloudflare/settings/insight-settings.ts";
import { REPORT_SETTINGS } from "../../../adapters/cloudflare/settings/report-settings.ts";
import { SETTINGS } from "../../../adapters/cloudflare/settings/table.ts";
import { WORKFLOW_SETTINGS } from "../../../adapters/cloudflare/settings/workflow-settings.ts";
import { formatDevVars } from "./dev-vars.ts";
import { formatEnvType } from "./env-type.ts";
import { formatTable } from "./markdown-table.ts";
import { formatWranglerVars } from "./wrangler-vars.ts";

interface Written {
  /** Matches the generated part of the file. The first group is kept before it. */
  readonly part: RegExp;
  readonly text: string;
}

const TABLE = /(\n)\| setting \| kind \|[\s\S]*?(?=\n\n)/;
const ALL = /()[\s\S]*/;

export const WRITTEN: Readonly<Record<string, Written>> = {
  "adapters/cloudflare/env.ts": { part: ALL, text: formatEnvType(SETTINGS) },
  ".dev.vars.example": { part: ALL, text: formatDevVars(SETTINGS) },
  "wrangler.toml": {
    part: /(\n\n)# Secrets, each set with[\s\S]*?(?=\n# Bindings\n)/,
    text: formatWranglerVars(SETTINGS),
  },
  "docs/deploying.md": { part: TABLE, text: formatTable(REPORT_SETTINGS) },
  "docs/two-factor.md": { part: TABLE, text: formatTable(WORKFLOW_SETTINGS) },
  "docs/insight.md": { part: TABLE, text: formatTable(INSIGHT_SETTINGS) },
};

/** The file's text as it should be. */
export function writeInto(file: string, before: string): string {
  const written = WRITTEN[file];
  if (written === undefined || !written.part.test(before))
    throw new Error(`Nothing is written into ${file}.`);
  return before.replace(written.part, (_, start: string) => `${start}${written.text}`);
}

// `npm run docs:settings`: writes the tables of settings into the documentation.

import { readFileSync, writeFileSync } from "node:fs";
import { REPORT_SETTINGS, WORKFLOW_SETTINGS } from "../../adapters/cloudflare/settings/table.ts";
import { formatSettings } from "./settings-table.ts";

for (const [page, settings] of [
  ["docs/deploying.md", REPORT_SETTINGS],
  ["docs/two-factor.md", WORKFLOW_SETTINGS],
] as const) {
  const text = readFileSync(page, "utf8");
  const table = formatSettings(settings);
  writeFileSync(
    page,
    text.replace(/\n\| setting \| kind \|[\s\S]*?\n\n/, () => `\n${table}\n\n`),
  );
}

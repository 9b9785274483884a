import { INSIGHT_SETTINGS } from "../../../adapters/cloudflare/settings/insight-settings.ts";
import { REPORT_SETTINGS } from "../../../adapters/cloudflare/settings/report-settings.ts";
import type { Setting, Settings } from "../../../adapters/cloudflare/settings/setting.ts";
import { WORKFLOW_SETTINGS } from "../../../adapters/cloudflare/settings/workflow-settings.ts";

/** The page docs/reference/settings.md. */
export function formatSettingsPage(): string {
  return `# Settings

Written by \`npm run docs:settings\` from the table of settings. Set secrets with \`npx wrangler secret put NAME\`, variables and bindings in \`wrangler.toml\`. While a setting is missing or wrong, the Worker serves nothing, and \`GET /health\` names each one. [What is valid but cannot work](../deploying.md#settings) is in the notes of \`/health\`.

## Reports

[Deploy the Worker](../deploying.md) uses them.

${formatTable(REPORT_SETTINGS, "deploying.md")}

## Codes

The workflow is off until \`TWO_FACTOR_SECRETS\` is set. [Turn it on](../two-factor.md#turn-it-on).

${formatTable(WORKFLOW_SETTINGS, "two-factor.md")}

## Insight

[See which routes deliver](../insight.md) explains figures and alarms.

${formatTable(INSIGHT_SETTINGS, "insight.md")}
`;
}

/** @param page The page of docs/ that links to an anchor alone lead to. */
function formatTable(settings: Settings, page: string): string {
  const rows = Object.entries<Setting>(settings).map(([name, setting]) => {
    const { secret, binding, default: value, what, more } = setting;
    const kind = secret ? "secret" : binding ? "binding" : "variable";
    const text = more === undefined ? what : `${what} ${more}`;
    return `| \`${name}\` | ${kind} | ${value === undefined ? "" : `\`${value}\``} | ${text} |`;
  });
  return ["| setting | kind | default | what it is |", "| --- | --- | --- | --- |", ...rows]
    .join("\n")
    .replaceAll("](#", `](${page}#`)
    .replaceAll(/\]\((?!https?:)/g, "](../");
}

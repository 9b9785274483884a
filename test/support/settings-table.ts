import type { Setting } from "../../adapters/cloudflare/settings/table.ts";

/** The table of the documentation, as it follows from the settings. */
export function formatSettings(settings: Readonly<Record<string, Setting>>): string {
  const rows = Object.entries(settings).map(([name, { secret, binding, default: value, what }]) => {
    const kind = secret ? "secret" : binding ? "binding" : "variable";
    return `| \`${name}\` | ${kind} | ${value === undefined ? "" : `\`${value}\``} | ${what} |`;
  });
  return ["| setting | kind | default | what it is |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

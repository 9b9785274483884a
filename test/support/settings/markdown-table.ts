import type { Setting, Settings } from "../../../adapters/cloudflare/settings/setting.ts";

/** The settings as a table of the documentation. */
export function formatTable(settings: Settings): string {
  const rows = Object.entries<Setting>(settings).map(([name, setting]) => {
    const { secret, binding, default: value, what, more } = setting;
    const kind = secret ? "secret" : binding ? "binding" : "variable";
    const text = more === undefined ? what : `${what} ${more}`;
    return `| \`${name}\` | ${kind} | ${value === undefined ? "" : `\`${value}\``} | ${text} |`;
  });
  return ["| setting | kind | default | what it is |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

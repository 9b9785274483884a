import type { Setting, Settings } from "../../../adapters/cloudflare/settings/setting.ts";
import { formatComment } from "./comment.ts";

/** Secrets that a Worker for 2FA traffic starts with. All others are commented out. */
export const ACTIVE_SECRETS = [
  "VONAGE_2FA_API_KEY",
  "VONAGE_2FA_API_SECRET",
  "PROXY_KEYS_2FA",
  "ADMIN_KEYS",
  "TOKEN_SECRETS",
];

/** `.dev.vars.example`: every secret, with an obvious placeholder as its value. */
export function formatDevVars(settings: Settings): string {
  const entries = Object.entries<Setting>(settings).flatMap(([name, setting]) => {
    if (setting.secret === undefined) return [];
    const line = `${name}="${setting.secret.example}"`;
    return [[...formatComment("# ", setting), ACTIVE_SECRETS.includes(name) ? line : `# ${line}`].join("\n")];
  });
  return `# Secrets for \`npx wrangler dev\`: copy this file to .dev.vars, which git ignores, and replace the values.
# Written by \`npm run docs:settings\` from the table of settings.

${entries.join("\n\n")}
`;
}

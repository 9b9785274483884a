import type { Setting, Settings } from "../../../adapters/cloudflare/settings/setting.ts";
import { formatComment } from "./comment.ts";

/** Variables that operators change first. All others are commented out. */
export const ACTIVE_VARIABLES = ["ALLOWED_ORIGINS", "VONAGE_BASE_URL", "TOKEN_AUDIENCE", "LEDGER_SHARDS"];

/** The part of wrangler.toml about secrets and variables. */
export function formatWranglerVars(settings: Settings): string {
  const all = Object.entries<Setting>(settings);
  const secrets = all.filter(([, { secret }]) => secret).map(([name]) => `#   ${name}`);
  const variables = all
    .filter(([, { secret, binding }]) => !secret && !binding)
    .map(([name, setting]) => {
      const line = `${name} = "${setting.default ?? ""}"`;
      return [...formatComment("# ", setting), ACTIVE_VARIABLES.includes(name) ? line : `# ${line}`].join(
        "\n",
      );
    });
  return `# Secrets, each set with \`npx wrangler secret put NAME\`. .dev.vars.example says what each is:
${secrets.join("\n")}

[vars]
${variables.join("\n\n")}
`;
}

/** The comment that each binding of wrangler.toml has. */
export function formatBindingComments(settings: Settings): ReadonlyMap<string, string> {
  const bindings = Object.entries<Setting>(settings).filter(([, { binding }]) => binding);
  return new Map(bindings.map(([name, setting]) => [name, formatComment("# ", setting).join("\n")]));
}

import type { Setting, Settings } from "../../../adapters/cloudflare/settings/setting.ts";
import { formatComment } from "./comment.ts";

/** The file with the type of the Worker's environment. */
export function formatEnvType(settings: Settings): string {
  const members = Object.entries<Setting>(settings).flatMap(([name, setting]) => [
    "  /**",
    ...formatComment("   * ", setting),
    ...(setting.secret ? ["   *", "   * A secret: set it with `wrangler secret put`."] : []),
    ...(setting.default === undefined ? [] : ["   *", `   * @default "${setting.default}"`]),
    "   */",
    `  readonly ${name}?: ${toType(setting)};`,
  ]);
  return `// Written by \`npm run docs:settings\` from the table of settings: change settings/, not this file.

import type { RateLimit } from "../http/ports/rate-limit.ts";
import type { ShardNamespace } from "./ledger/settings.ts";

/**
 * The Worker's variables, secrets and bindings. At least one set of Vonage credentials is required, and one kind of
 * caller: proxy keys or token secrets.
 */
export interface Env {
${members.join("\n")}
}
`;
}

function toType({ binding }: Setting): string {
  if (binding === undefined) return "string";
  return binding === "objects" ? "ShardNamespace" : "RateLimit";
}

// The descriptions that Cloudflare's deploy button shows beside its fields: `cloudflare.bindings` of package.json.
// https://developers.cloudflare.com/workers/platform/deploy-buttons/

import type { Setting, Settings } from "../../../adapters/cloudflare/settings/setting.ts";
import { ACTIVE_SECRETS } from "./dev-vars.ts";
import { ACTIVE_VARIABLES } from "./wrangler-vars.ts";

/** The part of package.json, of the secrets in .dev.vars.example and the variables in wrangler.toml. */
export function formatButton(settings: Settings): string {
  const asked = [...ACTIVE_SECRETS, ...ACTIVE_VARIABLES];
  const entries = Object.entries<Setting>(settings).filter(([name]) => asked.includes(name));
  const bindings = Object.fromEntries(entries.map(([name, one]) => [name, { description: describe(one) }]));
  const part = JSON.stringify({ bindings }, null, 2).replaceAll("\n", "\n  ");
  return `"cloudflare": ${part}`;
}

/** The button fills in the example, and keys of the example are refused. */
const describe = ({ what, secret }: Setting): string =>
  secret?.example.includes(":replace-with-")
    ? `${what} Keep what is before the colon, and replace the rest by the output of \`openssl rand -hex 32\`.`
    : what;

// The API reference: what the package exports, each entry under the name that it is imported by.

import { Converter, ReflectionKind } from "typedoc";

/** Where each entry of package.json's `exports` is made from. */
const ENTRIES = {
  "vonage-conversion": "src/index.ts",
  "vonage-conversion/token": "src/token/index.ts",
  "vonage-conversion/webhooks": "src/webhooks/index.ts",
  "vonage-conversion/two-factor": "src/two-factor/index.ts",
  "vonage-conversion/track": "src/track/index.ts",
  "vonage-conversion/sandbox": "adapters/sandbox/index.ts",
  "vonage-conversion/fetch": "adapters/http/index.ts",
  "vonage-conversion/cloudflare": "adapters/cloudflare/index.ts",
};

/** What shows in signatures, and that nobody outside is meant to write. One that is exported must not be here. */
const INTERNAL = [
  "CALL_STATUSES",
  "ChallengesRpc",
  "InsightRpc",
  "RECEIPT_STATUSES",
  "SIGNATURE_METHODS",
  "SMS_STATUS_TEXTS",
  "SendLimitsRpc",
  "ShardRpc",
  "Sql",
  "TwoFactorOptions",
];

/** @param {import("typedoc").Application} app */
function nameModules(app) {
  const names = new Map(
    Object.entries(ENTRIES).map(([name, path]) => [path.replace(/(\/index)?\.ts$/, ""), name]),
  );
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (_, reflection) => {
    reflection.name =
      (reflection.kindOf(ReflectionKind.Module) && names.get(reflection.name)) || reflection.name;
  });
}

export default {
  name: "vonage-conversion",
  entryPoints: Object.values(ENTRIES),
  plugin: [nameModules],
  out: ".wrangler/api",
  readme: "none",
  // The package names no repository, so there is nowhere for them to lead.
  disableSources: true,
  intentionallyNotExported: INTERNAL,
  treatWarningsAsErrors: true,
  validation: { notExported: true, invalidLink: true, rewrittenLink: true, notDocumented: false },
};

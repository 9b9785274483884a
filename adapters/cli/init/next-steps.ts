// The commands that the user runs next.

export interface NextSteps {
  /** The project's folder, as the user would enter it. */
  readonly folder: string;
  /** The Worker's name. */
  readonly name: string;
  readonly port: number;
}

/** Formats the commands for development and for production, in the order in which they are run. */
export function formatNextSteps({ folder, name, port }: NextSteps): string[] {
  const quoted = /^[\w./@-]+$/.test(folder) ? folder : `'${folder.replaceAll("'", "'\\''")}'`;
  return [
    "",
    "On this machine, in two terminals, without any account:",
    ...(folder === "." ? [] : [`  cd ${quoted}`]),
    `  npm run dev       # the Worker at http://localhost:${port}`,
    `  npm run sandbox   # in Vonage's place, and a page to sign in: http://localhost:${port + 1}`,
    "",
    "In production, with an account at Cloudflare and one at Vonage:",
    ...(folder === "." ? [] : [`  cd ${quoted}`]),
    "  npx wrangler login",
    "  npx wrangler secret put VONAGE_2FA_API_KEY",
    "  npx wrangler secret put VONAGE_2FA_API_SECRET",
    "  npx wrangler secret bulk .dev.vars",
    "  npx wrangler deploy",
    `  export VONAGE_CONVERSION_ENDPOINT=https://${name}.YOUR-SUBDOMAIN.workers.dev   # wrangler deploy prints it`,
    `  export VONAGE_CONVERSION_ADMIN_KEY=$(sed -n 's/^ADMIN_KEYS="operator:\\(.*\\)"$/\\1/p' .dev.vars)`,
    "  npx vonage-conversion doctor",
  ];
}

// The files of a new project, as texts.

import { formatEnvFile } from "./env-file.ts";
import type { Project } from "./project.ts";
import { formatWranglerToml } from "./wrangler-toml.ts";

/** The version of wrangler that the tests run. */
export const WRANGLER_VERSION = "4.156.2";
/** The least major version of Node that it runs on. */
const LEAST_NODE = 22;
/** An older Node gets this one from npm, into the project's `node_modules/.bin`, where npm's scripts and npx find it. */
const NODE_VERSION = "24.21.0";

export interface Sources {
  /** The wrangler.toml of the package. */
  readonly wranglerToml: string;
  /** The value of the dependency on this package. */
  readonly dependency: string;
  /** The settings that let the Worker talk to the sandbox. */
  readonly sandboxSettings: Readonly<Record<string, string>>;
  /** Makes a secret: 48 characters. */
  readonly createSecret: () => string;
  /** This machine's version of Node, as in `process.versions`. */
  readonly nodeVersion: string;
}

/** Returns `true` if the project brings its own Node, because wrangler refuses this machine's. */
export const bringsNode = (nodeVersion: string): boolean => Number.parseInt(nodeVersion, 10) < LEAST_NODE;

/** Formats the files, by their paths. */
export function formatProject(project: Project, sources: Sources): Readonly<Record<string, string>> {
  const { name, port } = project;
  const manifest = {
    name,
    private: true,
    type: "module",
    scripts: {
      dev: `wrangler dev --port ${port} --env-file .dev.vars --env-file sandbox.vars`,
      sandbox: `vonage-conversion sandbox --no-worker --port ${port}`,
      deploy: "wrangler deploy",
    },
    dependencies: { "vonage-conversion": sources.dependency },
    devDependencies: {
      ...(bringsNode(sources.nodeVersion) && { node: NODE_VERSION }),
      wrangler: WRANGLER_VERSION,
    },
  };
  return {
    "package.json": `${JSON.stringify(manifest, null, 2)}\n`,
    "wrangler.toml": formatWranglerToml(sources.wranglerToml, project),
    "src/index.ts": WORKER,
    ".gitignore": "node_modules/\n.wrangler/\n.dev.vars*\n",
    ".dev.vars": formatSecrets(sources.createSecret),
    "sandbox.vars": formatEnvFile(SANDBOX_COMMENT, sources.sandboxSettings),
  };
}

const WORKER = `// The Worker, unchanged. createWorker of the same module makes one with senders of your own.
export {
  Challenges,
  Conversions,
  default,
  Insight,
  Ledger,
  SendLimits,
  TwoFactor,
} from "vonage-conversion/cloudflare";
`;

const SANDBOX_COMMENT = [
  "Settings for `npm run dev` alone: the sandbox of `npm run sandbox` stands in for Vonage. No value here is a secret.",
];

function formatSecrets(createSecret: () => string): string {
  const comment = [
    "The Worker's secrets, made at random. git ignores this file. Uploaded with: npx wrangler secret bulk .dev.vars",
    "Your server sends the key behind `server:` as `authorization: Bearer KEY`. The one behind `operator:` is the",
    "console's and the command line's.",
  ];
  return formatEnvFile(comment, {
    PROXY_KEYS_2FA: `server:${createSecret()}`,
    ADMIN_KEYS: `operator:${createSecret()}`,
    TOKEN_SECRETS: `t1:${createSecret()}`,
    TWO_FACTOR_SECRETS: `c1:${createSecret()}`,
  });
}

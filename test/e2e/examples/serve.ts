// Runs an example as its user would: `npm start`, with its settings in the environment.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { delimiter, dirname } from "node:path";
import { PROXY_KEY } from "../../support/local-stack.ts";
import { untilReachable } from "../../support/plain-workerd.ts";

export const SESSION_SECRET = "session-secret-of-the-shop-0123456789abcdef";

/** The origin of the page that calls the edge function. */
export const PAGE_ORIGIN = "https://shop.example";

/** For every process: the same Node as this one, and no telemetry of frameworks. */
export const SURROUNDINGS = {
  PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
  NEXT_TELEMETRY_DISABLED: "1",
  NUXT_TELEMETRY_DISABLED: "1",
  ASTRO_TELEMETRY_DISABLED: "1",
  WRANGLER_SEND_METRICS: "false",
  NO_COLOR: "1",
  CI: "1",
};

/**
 * Starts an example without any setting.
 *
 * @throws {Error} Unless it ends at once and names each setting that its `prestart` asks for.
 */
export function demandSettings(folder: string, { prestart = "" }: Readonly<Record<string, string>>): void {
  const env = { HOME: process.env.HOME, ...SURROUNDINGS };
  const { status, stderr } = spawnSync("npm", ["start", "--silent"], {
    cwd: folder,
    env,
    encoding: "utf8",
    timeout: 20_000,
  });
  const names = prestart.match(/\b[A-Z][A-Z_]{5,}\b/g) ?? [];
  assert.ok(names.length > 0, "it asks for no setting");
  assert.equal(status, 1);
  assert.equal(stderr, `Not set: ${names.join(", ")}. README.md says where each comes from.\n`);
}

export interface Serving {
  /** The origin, without a trailing slash. */
  readonly url: string;
  /** Its output so far. */
  output(): string;
  stop(): Promise<void>;
}

/**
 * @param endpoint The URL of the Worker.
 * @param port The port on 127.0.0.1.
 */
export async function serveExample(
  folder: string,
  endpoint: string,
  port: number,
  more: Readonly<Record<string, string>> = {},
): Promise<Serving> {
  const url = `http://127.0.0.1:${port}`;
  const child = spawn("npm", ["start", "--silent"], {
    cwd: folder,
    env: {
      HOME: process.env.HOME,
      ...SURROUNDINGS,
      NODE_ENV: "production",
      HOST: "127.0.0.1",
      PORT: String(port),
      VONAGE_CONVERSION_ENDPOINT: endpoint,
      VONAGE_CONVERSION_KEY: PROXY_KEY.key,
      SESSION_SECRET,
      PAGE_ORIGIN,
      SITE_ORIGIN: PAGE_ORIGIN,
      ...more,
    },
    stdio: ["ignore", "pipe", "pipe"],
    // A process group of its own, because npm starts a shell, which starts the server.
    detached: true,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const gone = new AbortController();
  const ended = once(child, "close").then(([code]) =>
    gone.abort(new Error(`it ended with ${code}:\n    ${output.trim().replaceAll("\n", "\n    ")}`)),
  );
  const kill = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // The process has already ended.
    }
  };
  process.once("exit", kill);
  const stop = async () => {
    kill();
    await ended;
    process.off("exit", kill);
  };
  try {
    await untilReachable(url, gone.signal);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, output: () => output, stop };
}

// Runs an example as its user would: `npm start`, with its settings in the environment.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { delimiter, dirname } from "node:path";
import { PROXY_KEY } from "../../support/local-stack.ts";
import { untilReachable } from "../../support/plain-workerd.ts";

export const SESSION_SECRET = "session-secret-of-the-shop-0123456789abcdef";

/** Whose page calls the edge function. */
export const PAGE_ORIGIN = "https://shop.example";

/** For all that is run: the Node that runs this, and no framework that tells anybody anything. */
export const SURROUNDINGS = {
  PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
  NEXT_TELEMETRY_DISABLED: "1",
  NUXT_TELEMETRY_DISABLED: "1",
  ASTRO_TELEMETRY_DISABLED: "1",
  WRANGLER_SEND_METRICS: "false",
  NO_COLOR: "1",
  CI: "1",
};

export interface Serving {
  /** Without a trailing slash. */
  readonly url: string;
  /** All that it has written so far. */
  output(): string;
  stop(): Promise<void>;
}

/**
 * @param endpoint Where the Worker is.
 * @param port On 127.0.0.1.
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
    // A group of its own: npm, its shell, and the server.
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
      // It has ended.
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

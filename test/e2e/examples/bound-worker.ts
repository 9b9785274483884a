// Runs the built example with a service binding, and the Worker it is bound to, in one workerd.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { toWorkerSettings } from "../../../adapters/playground/workerd.ts";
import { twoFactorBindingsFor } from "../../support/two-factor-stack.ts";
import { PAGE_ORIGIN, SESSION_SECRET, type Serving } from "./serve.ts";

/**
 * @param vonage The URL of the sandbox.
 * @param port The port on 127.0.0.1.
 */
export async function serveBoundWorker(folder: string, vonage: string, port: number): Promise<Serving> {
  let output = "";
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      log: new Log(LogLevel.ERROR),
      handleStructuredLogs: ({ message }) => {
        output += `${message}\n`;
      },
      workers: [
        {
          name: "shop",
          modules: true,
          script: readFileSync(join(folder, "dist/worker.js"), "utf8"),
          compatibilityDate: "2026-11-01",
          compatibilityFlags: ["no_nodejs_compat", "no_nodejs_compat_v2"],
          bindings: { SESSION_SECRET, SITE_ORIGIN: PAGE_ORIGIN },
          serviceBindings: { TWO_FACTOR: { name: "vonage-conversion", entrypoint: "TwoFactor" } },
          unsafeDirectSockets: [{ host: "127.0.0.1", port }],
        },
        {
          ...toWorkerSettings({ config: "wrangler.toml", bindings: twoFactorBindingsFor(vonage) }),
          name: "vonage-conversion",
        },
      ],
    }),
  );
  await miniflare.ready;
  const { origin } = await miniflare.unsafeGetDirectURL("shop");
  return { url: origin, output: () => output, stop: () => miniflare.dispose() };
}

// Runs a Worker from its wrangler.toml on its own workerd, as it is deployed. Node only; not shipped.

import { buildSync } from "esbuild";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions as getWorkerOptions } from "wrangler";

export interface WorkerdOptions {
  /** Path of the wrangler.toml. */
  readonly config: string;
  /**
   * Path of the Worker's module.
   *
   * @default the one that the wrangler.toml names
   */
  readonly entry?: string;
  /** The port on 127.0.0.1; 0 chooses a free one. */
  readonly port?: number;
  /** Variables and secrets; they override those of the wrangler.toml. */
  readonly bindings?: Readonly<Record<string, string>>;
  /**
   * Binds the Worker's Durable Objects.
   *
   * @default true
   */
  readonly withLedger?: boolean;
  /**
   * The directory of the static assets.
   *
   * @default none are served
   */
  readonly assets?: string;
  /** Takes each line that the Worker writes to its console. */
  readonly onLog?: (line: string) => void;
}

export interface RunningWorker {
  /** Without a trailing slash. */
  readonly url: string;
  stop(): Promise<void>;
}

const bundles = new Map<string, string>();

/** Bundles a Worker for workerd as wrangler does, without Node's modules; each entry once in a process. */
export function bundleWorker(entry: string): string {
  const bundle = bundles.get(entry) ?? buildBundle(entry);
  bundles.set(entry, bundle);
  return bundle;
}

function buildBundle(entry: string): string {
  const [bundle] = buildSync({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*"],
    logLevel: "error",
  }).outputFiles;
  return bundle?.text ?? "";
}

/**
 * Makes Miniflare's options from a wrangler.toml. The Worker gets its own socket, so that requests reach it unchanged,
 * not through Miniflare's proxy.
 */
export function toWorkerSettings({
  config,
  entry,
  port = 0,
  bindings,
  withLedger = true,
  assets,
}: Omit<WorkerdOptions, "onLog">) {
  const { workerOptions, main = "" } = getWorkerOptions(config);
  // `modulesRules` is for modules that are not code; the bundle is one script.
  const { modulesRules, assets: assetSettings, ...settings } = workerOptions;
  return {
    ...settings,
    ...(assets !== undefined && { assets: { ...(assetSettings as object), directory: assets } }),
    ...(!withLedger && { durableObjects: {} }),
    modules: true,
    script: bundleWorker(entry ?? main),
    bindings: { ...(settings.bindings as Record<string, string>), ...bindings },
    unsafeDirectSockets: [{ host: "127.0.0.1", port }],
  };
}

/** Starts a Worker. Resolves when it answers. */
export async function startOnWorkerd({ onLog, ...options }: WorkerdOptions): Promise<RunningWorker> {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      ...toWorkerSettings(options),
      name: "worker",
      cf: false,
      log: new Log(LogLevel.ERROR),
      handleStructuredLogs: ({ message }) => onLog?.(message),
    }),
  );
  await miniflare.ready;
  const { origin } = await miniflare.unsafeGetDirectURL("worker");
  return { url: origin, stop: () => miniflare.dispose() };
}

// Starts the Worker and the sandbox beside it on workerd, from the built files of the package. Node only.

import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { formatConfiguration, OBJECT_CLASSES } from "../machine/configuration.ts";
import { readConsoleFiles } from "../machine/console-files.ts";
import { PAGE_FILES, readModules } from "../machine/packaged.ts";
import { toAddress, toLocalUrl } from "../machine/port.ts";
import { startWorkerd } from "../machine/process.ts";
import { toSandboxSettings, toWorkerSettings } from "./sandbox-settings.ts";

export interface StartSandboxOptions {
  /** The folder of the package's built files. */
  readonly built: string;
  /** The path of workerd. */
  readonly binary: string;
  readonly host: string;
  readonly port: number;
  readonly sandboxPort: number;
  readonly proxyKey: string;
  /** Settings of the Worker that replace the sandbox's own. */
  readonly settings: Readonly<Record<string, string>>;
  /** Further host names that the sandbox answers to. */
  readonly hosts: readonly string[];
  /** `false`: the developer runs the Worker. */
  readonly withWorker: boolean;
  /** Takes each line that the Worker logs. */
  readonly onLog: (line: string) => void;
}

export interface RunningSandbox {
  /** Where this process reaches the Worker, and the sandbox. */
  readonly worker: string;
  readonly sandbox: string;
  /** The Worker's settings. */
  readonly settings: Readonly<Record<string, string>>;
  /** Resolves when it has ended by itself, to how. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

/** Starts both. Resolves when they listen. Everything that they store is deleted at the end. */
export async function startSandbox(options: StartSandboxOptions): Promise<RunningSandbox> {
  const { built, binary, host, port, sandboxPort, proxyKey, hosts, withWorker, onLog } = options;
  const folder = mkdtempSync(join(tmpdir(), "vonage-conversion-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  const worker = toLocalUrl(host, port);
  const sandbox = toLocalUrl(host, sandboxPort);
  const addresses = { worker, sandbox, console: `http://localhost:${port}/console/` };
  // The developer's own Worker knows one key for both.
  const applicationKey = withWorker ? randomBytes(24).toString("hex") : proxyKey;
  const settings = { ...toWorkerSettings(addresses, { proxyKey, applicationKey }), ...options.settings };
  const cooldown = settings.TWO_FACTOR_COOLDOWN_S;
  const sandboxSettings = toSandboxSettings(addresses, { applicationKey, cooldown, hosts });
  const configuration = join(folder, "workerd.capnp");
  const consoleFiles = join(folder, "console.json");
  const storage = join(folder, "storage");
  mkdirSync(storage);
  writeFileSync(consoleFiles, JSON.stringify(readConsoleFiles(join(built, "assets"))));
  const workers = [
    {
      name: "sandbox",
      modules: readModules(built, "sandbox"),
      variables: Object.keys(sandboxSettings),
      texts: Object.fromEntries(
        Object.entries(PAGE_FILES).map(([name, file]) => [name, resolve(built, file)]),
      ),
    },
    {
      name: "worker",
      modules: readModules(built, "worker"),
      variables: Object.keys(settings),
      json: { CONSOLE_FILES: consoleFiles },
      objects: { storage, classes: OBJECT_CLASSES },
    },
  ].filter(({ name }) => withWorker || name !== "worker");
  const sockets = workers.map(({ name }) => ({
    name,
    address: toAddress(host, name === "worker" ? port : sandboxPort),
    worker: name,
  }));
  writeFileSync(configuration, formatConfiguration({ workers, sockets, network: { isPrivate: true } }));
  const { ended, stop } = await startWorkerd({
    binary,
    configuration,
    sockets: sockets.length,
    env: { ...settings, ...sandboxSettings },
    onLine: onLog,
  });
  return { worker, sandbox, settings, ended, stop: () => stop().finally(remove) };
}

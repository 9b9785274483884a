// Plain workerd, without Miniflare around it: what is measured is the Workers, and nothing beside them.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The workerd package has no types; under ESM its path is the default export's default. */
const workerdPackage: string = "workerd";
const workerdBinary: string = (await import(workerdPackage)).default.default;

export interface Workerd {
  /** The base URL of each Worker, by name. */
  readonly urls: Readonly<Record<string, string>>;
  stop(): void;
}

/** Runs some Workers, by name of script, in one workerd; their console goes nowhere. */
export async function startPlainWorkerd(
  scripts: Readonly<Record<string, string>>,
  bindings: Readonly<Record<string, string>>,
  firstPort: number,
): Promise<Workerd> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const names = Object.keys(scripts);
  for (const name of names) writeFileSync(join(folder, `${name}.js`), scripts[name] ?? "");
  const text = Object.entries(bindings).map(([name, value]) => `(name = "${name}", text = "${value}")`);
  const service = (name: string) => `(name = "${name}", worker = (
    modules = [(name = "index.js", esModule = embed "${name}.js")],
    compatibilityDate = "2026-11-01",
    compatibilityFlags = ["no_nodejs_compat", "no_nodejs_compat_v2"],
    bindings = [${text.join(", ")}]))`;
  const socket = (name: string, index: number) =>
    `(name = "${name}", address = "127.0.0.1:${firstPort + index}", http = (), service = "${name}")`;
  writeFileSync(
    join(folder, "config.capnp"),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [${names.map(service).join(", ")}, (name = "internet", network = (allow = ["private", "local"]))],
  sockets = [${names.map(socket).join(", ")}]);
`,
  );
  const child = spawn(workerdBinary, ["serve", join(folder, "config.capnp")], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const urls = Object.fromEntries(
    names.map((name, index) => [name, `http://127.0.0.1:${firstPort + index}`]),
  );
  for (const url of Object.values(urls)) await untilReachable(url);
  return {
    urls,
    stop: () => {
      child.kill();
      rmSync(folder, { recursive: true });
    },
  };
}

async function untilReachable(url: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    try {
      await (await fetch(url)).arrayBuffer();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error(`${url} was not reachable within 5 s`);
}

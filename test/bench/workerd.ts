import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { untilReachable, workerdBinary, writeConfig } from "../support/plain-workerd.ts";

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
  const workers = Object.fromEntries(
    Object.entries(scripts).map(([name, script], index) => [
      name,
      { script, bindings, port: firstPort + index },
    ]),
  );
  const child = spawn(workerdBinary, ["serve", writeConfig(folder, workers)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const urls = Object.fromEntries(
    Object.entries(workers).map(([name, { port }]) => [name, `http://127.0.0.1:${port}`]),
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

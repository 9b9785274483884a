// Debian's Prometheus, which scrapes a Worker as docs/insight.md says, with the rules of docs/monitoring.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { findFreePort } from "../../support/free-port.ts";
import { untilReachable } from "../../support/plain-workerd.ts";

export interface Prometheus {
  /** Asks its HTTP API. */
  api(
    path: string,
    query?: Readonly<Record<string, string>>,
  ): Promise<{ status: string; data: never; error?: string }>;
  stop(): Promise<void>;
}

/** Starts it on 127.0.0.1. It scrapes every second. */
export async function startPrometheus(worker: string, key: string): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), "prometheus-"));
  writeFileSync(join(folder, "key"), key);
  writeFileSync(
    join(folder, "prometheus.yml"),
    `
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [${JSON.stringify(resolve("docs/monitoring/prometheus-rules.yml"))}]
scrape_configs:
  - job_name: vonage-conversion
    authorization: { credentials_file: ${JSON.stringify(join(folder, "key"))} }
    static_configs: [{ targets: [${JSON.stringify(new URL(worker).host)}] }]
`,
  );
  const port = await findFreePort();
  const child = spawn(
    "prometheus",
    [
      `--config.file=${join(folder, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--log.level=error",
    ],
    { stdio: "ignore" },
  );
  const url = `http://127.0.0.1:${port}`;
  const ended = new Promise((done) => child.once("close", done));
  await untilReachable(`${url}/-/ready`);
  return {
    api: async (path, query = {}) => {
      const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(query)}`);
      return (await response.json()) as { status: string; data: never };
    },
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

import { type RunningWorker, startOnWorkerd } from "../../adapters/playground/workerd.ts";
import type { RecordedReport, SandboxFault } from "../../src/sandbox/index.ts";
import { bindingsFor } from "./local-bindings.ts";

export { ADMIN_KEY, bindingsFor, OTHER_PROXY_KEY, PROXY_KEY, TOKEN_SECRET } from "./local-bindings.ts";

/** A sandbox, reached over HTTP. */
export interface RemoteSandbox {
  readonly url: string;
  reports(): Promise<RecordedReport[]>;
  fail(fault: SandboxFault): Promise<void>;
  reset(): Promise<void>;
}

/** The sandbox and the Worker, each in its own workerd, connected over HTTP as in production. */
export interface LocalStack {
  readonly sandbox: RemoteSandbox;
  readonly worker: RunningWorker;
  /** The lines of the Worker's console. */
  readonly logs: readonly string[];
  stop(): Promise<void>;
}

/**
 * Starts both. `bindings` override single settings of a complete configuration.
 *
 * @param withLedger Gives the Worker its ledger. Without one it forwards reports and forgets them.
 */
export async function startLocalStack(
  bindings: Readonly<Record<string, string>> = {},
  { withLedger = false } = {},
): Promise<LocalStack> {
  const sandboxWorker = await startOnWorkerd({ config: "adapters/playground/wrangler.toml" });
  const logs: string[] = [];
  const worker = await startOnWorkerd({
    config: "wrangler.toml",
    bindings: { ...bindingsFor(sandboxWorker.url), ...bindings },
    withLedger,
    onLog: (line) => logs.push(line),
  });
  return {
    sandbox: remoteSandbox(sandboxWorker.url),
    worker,
    logs,
    stop: async () => {
      await Promise.all([worker.stop(), sandboxWorker.stop()]);
    },
  };
}

function remoteSandbox(url: string): RemoteSandbox {
  const post = async (path: string, body: unknown) => {
    const headers = { "content-type": "application/json" };
    const response = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  };
  return {
    url,
    reports: async () => {
      const { reports } = (await (await fetch(`${url}/sandbox/reports`)).json()) as {
        reports: RecordedReport[];
      };
      return reports;
    },
    fail: (fault) => post("/sandbox/faults", fault),
    reset: () => post("/sandbox/reset", {}),
  };
}

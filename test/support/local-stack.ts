import { type RunningWorker, startOnWorkerd } from "../../adapters/playground/workerd.ts";
import { type RecordedReport, SANDBOX_CREDENTIALS, type SandboxFault } from "../../src/sandbox/index.ts";
import type { TokenSecret } from "../../src/token/index.ts";

export const PROXY_KEY = { name: "shop", key: "proxy-key-of-the-shop-0123456789abcdef" };
export const OTHER_PROXY_KEY = { name: "alerts", key: "proxy-key-of-the-alerts-0123456789abcdef" };
export const ADMIN_KEY = { name: "ops", key: "admin-key-of-the-operator-0123456789abcdef" };
export const TOKEN_SECRET: TokenSecret = { kid: "k1", secret: "token-secret-0123456789-0123456789-abcdef" };

/** A complete configuration of the Worker, with Vonage at `url`. */
export function bindingsFor(url: string): Record<string, string> {
  const { twoFactor, other } = SANDBOX_CREDENTIALS;
  return {
    VONAGE_BASE_URL: url,
    VONAGE_2FA_API_KEY: twoFactor.apiKey,
    VONAGE_2FA_API_SECRET: twoFactor.apiSecret,
    VONAGE_OTHER_API_KEY: other.apiKey,
    VONAGE_OTHER_API_SECRET: other.apiSecret,
    PROXY_KEYS_2FA: `${PROXY_KEY.name}:${PROXY_KEY.key}`,
    PROXY_KEYS_OTHER: `${OTHER_PROXY_KEY.name}:${OTHER_PROXY_KEY.key}`,
    ADMIN_KEYS: `${ADMIN_KEY.name}:${ADMIN_KEY.key}`,
    TOKEN_SECRETS: `${TOKEN_SECRET.kid}:${TOKEN_SECRET.secret}`,
  };
}

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

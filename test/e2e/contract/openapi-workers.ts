// The Workers that cause every outcome of the document. Each but the first lacks something.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startOnWorkerd } from "../../../adapters/playground/workerd.ts";
import type { Sandbox } from "../../../src/sandbox/index.ts";
import { startDiskWorker } from "../../support/disk-worker.ts";
import { bindingsFor, PROXY_KEY } from "../../support/local-stack.ts";
import { startSandboxServer } from "../../support/sandbox-server.ts";
import { createTurnedClock, TURNED_CLOCK_WORKER } from "../../support/turned-clock/turned-clock.ts";
import { twoFactorBindingsFor } from "../../support/two-factor-stack.ts";

export const SECOND_KEY = { name: "second-shop", key: "second-proxy-key-of-a-shop-0123456789abcdef" };

/** The shortest lifetime of a code. */
export const LIFETIME_MS = 30_000;

export interface Workers {
  /** Lacks nothing. A challenge has at most two messages. */
  readonly whole: string;
  /** Low limits, no voice sender, closed webhooks, and one kind of traffic. */
  readonly strict: string;
  /** No Durable Objects: neither ledger nor workflow. */
  readonly bare: string;
  /** Secrets are missing. */
  readonly incomplete: string;
  /** Its Durable Objects fail. */
  readonly broken: string;
  /** Its challenges fail. */
  readonly forgetful: string;
  /** Its limits fail with the second message to a number. */
  readonly uncounted: string;
  /** Its Insight pauses calls to Great Britain. */
  readonly paused: string;
  /** Vonage, as `whole` and `strict` see it. */
  readonly vonage: Sandbox;
  /** Vonage, as `bare` sees it. */
  readonly vonageOfBare: Sandbox;
  /** Turns the clock of `whole`, `strict`, `uncounted`, `paused` and their Vonage forward. */
  turnClock(milliseconds: number): Promise<void>;
  stop(): Promise<void>;
}

export async function startWorkers(): Promise<Workers> {
  const clock = createTurnedClock();
  const vonage = await startSandboxServer({ now: clock.now });
  const vonageOfBare = await startSandboxServer();
  const all = twoFactorBindingsFor(vonage.url);
  const storage = mkdtempSync(join(tmpdir(), "openapi-"));
  const start = (bindings: Readonly<Record<string, string>>, withLedger = true) =>
    startOnWorkerd({ config: "wrangler.toml", entry: TURNED_CLOCK_WORKER, bindings, withLedger });
  const [whole, strict, bare, incomplete, broken, forgetful, uncounted, paused] = await Promise.all([
    start({
      ...all,
      ALLOWED_ORIGINS: "https://shop.example",
      TWO_FACTOR_MESSAGES: "2",
      TWO_FACTOR_LIMITS: "number=10/3600 address=1/3600 prefix=10000/3600 caller=10000/3600 total=10000/3600",
      TWO_FACTOR_LIFETIME_S: String(LIFETIME_MS / 1000),
    }),
    start({
      ...all,
      PROXY_KEYS_2FA: `${PROXY_KEY.name}:${PROXY_KEY.key} ${SECOND_KEY.name}:${SECOND_KEY.key}`,
      PROXY_KEYS_OTHER: "",
      VONAGE_OTHER_API_KEY: "",
      VONAGE_OTHER_API_SECRET: "",
      VOICE_APPLICATION_ID: "",
      VOICE_PRIVATE_KEY: "",
      VOICE_FROM: "",
      WEBHOOK_SIGNATURE_SECRET: "",
      WEBHOOK_SIGNATURE_METHOD: "",
      TWO_FACTOR_LIMITS: "number=2/3600 prefix=4/3600 country=6/3600 caller=6/3600 total=8/3600",
    }),
    start({ ...bindingsFor(vonageOfBare.url), UPSTREAM_TIMEOUT_MS: "300" }, false),
    start({ ...all, VONAGE_2FA_API_SECRET: "", PROXY_KEYS_2FA: "shop:short" }),
    ...["broken", "forgetful", "uncounted", "paused"].map((name) =>
      startDiskWorker({
        bindings: { ...all, LEDGER_SHARDS: "1", INSIGHT_PAUSE: name === "paused" ? "pumping" : "off" },
        storage: join(storage, name),
        entry: `test/e2e/contract/openapi-${name}-worker.ts`,
      }),
    ),
  ]);
  return {
    whole: whole.url,
    strict: strict.url,
    bare: bare.url,
    incomplete: incomplete.url,
    broken: broken?.url ?? "",
    forgetful: forgetful?.url ?? "",
    uncounted: uncounted?.url ?? "",
    paused: paused?.url ?? "",
    vonage: vonage.sandbox,
    vonageOfBare: vonageOfBare.sandbox,
    turnClock: (milliseconds) =>
      clock.turn(milliseconds, whole.url, strict.url, uncounted?.url ?? "", paused?.url ?? ""),
    stop: async () => {
      await Promise.all(
        [whole, strict, bare, incomplete, broken, forgetful, uncounted, paused].map((one) => one?.stop()),
      );
      await Promise.all([vonage.close(), vonageOfBare.close()]);
      rmSync(storage, { recursive: true });
    },
  };
}

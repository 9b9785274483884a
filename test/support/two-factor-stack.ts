// The whole workflow: the Worker on workerd, and Vonage's sandbox, which sends it webhooks.

import { type RunningWorker, startOnWorkerd } from "../../adapters/playground/workerd.ts";
import { SANDBOX_APPLICATION, SANDBOX_CREDENTIALS, type Sandbox } from "../../src/sandbox/index.ts";
import { createTwoFactorClient, type TwoFactorClient } from "../../src/two-factor/index.ts";
import { findFreePort } from "./free-port.ts";
import { bindingsFor, PROXY_KEY } from "./local-stack.ts";
import { type SandboxServer, startSandboxServer } from "./sandbox-server.ts";
import { createTurnedClock, TURNED_CLOCK_WORKER } from "./turned-clock/turned-clock.ts";

export const CODE_SECRET = "code-secret-0123456789-0123456789-abcdef";
/** The signature secret of the sandbox's account for 2FA. */
export const SIGNATURE_SECRET = [...SANDBOX_CREDENTIALS.twoFactor.apiSecret].reverse().join("");
/** The number that users reply to. */
export const OUR_NUMBER = "447700900000";

/** The least that the settings allow between two messages of a challenge. */
export const COOLDOWN_MS = 5000;
/** After Vonage has throttled it, the Worker sends more slowly for less than this. */
export const THROTTLED_MS = 15_000;

/** A complete configuration of the workflow, with Vonage at `url`. */
export function twoFactorBindingsFor(url: string): Record<string, string> {
  return {
    ...bindingsFor(url),
    VONAGE_REST_BASE_URL: url,
    TWO_FACTOR_SECRETS: `c1:${CODE_SECRET}`,
    TWO_FACTOR_BRAND: "Acme",
    TWO_FACTOR_COUNTRIES: "GB US",
    TWO_FACTOR_COOLDOWN_S: String(COOLDOWN_MS / 1000),
    TWO_FACTOR_LIMITS: "number=10/3600 prefix=10000/3600 caller=10000/3600 total=10000/3600",
    SMS_FROM: OUR_NUMBER,
    VOICE_APPLICATION_ID: SANDBOX_APPLICATION.applicationId,
    VOICE_PRIVATE_KEY: SANDBOX_APPLICATION.privateKey,
    VOICE_FROM: OUR_NUMBER,
    WEBHOOK_SIGNATURE_SECRET: SIGNATURE_SECRET,
    WEBHOOK_SIGNATURE_METHOD: "sha256",
  };
}

export interface TwoFactorStack {
  readonly worker: RunningWorker;
  readonly vonage: SandboxServer;
  readonly sandbox: Sandbox;
  readonly client: TwoFactorClient;
  /** The lines of the Worker's console. */
  readonly logs: readonly string[];
  /** The time in Worker and sandbox, epoch milliseconds. */
  now(): number;
  /** Lets time pass for both: cooldowns, lifetimes, alarms. */
  turnClock(milliseconds: number): Promise<void>;
  stop(): Promise<void>;
}

/** Starts both. `bindings` override single settings of a complete configuration. By default webhooks are signed. */
export async function startTwoFactorStack(
  bindings: Readonly<Record<string, string>> = {},
): Promise<TwoFactorStack> {
  const clock = createTurnedClock();
  const [vonage, port] = [await startSandboxServer({ now: clock.now }), await findFreePort()];
  const logs: string[] = [];
  const all = { ...twoFactorBindingsFor(vonage.url), ...bindings };
  const worker = await startOnWorkerd({
    config: "wrangler.toml",
    entry: TURNED_CLOCK_WORKER,
    port,
    bindings: all,
    onLog: (line) => logs.push(line),
  });
  vonage.sandbox.webhooks({
    deliveryReceipt: `${worker.url}/webhooks/delivery-receipt`,
    inboundSms: `${worker.url}/webhooks/inbound-sms`,
    voiceEvent: `${worker.url}/webhooks/voice-event`,
    ...(all.WEBHOOK_SIGNATURE_SECRET && { sign: "sha256" }),
  });
  return {
    worker,
    vonage,
    sandbox: vonage.sandbox,
    client: createTwoFactorClient({ endpoint: worker.url, key: PROXY_KEY.key }),
    logs,
    now: clock.now,
    turnClock: (milliseconds) => clock.turn(milliseconds, worker.url),
    stop: async () => {
      await Promise.all([worker.stop(), vonage.close()]);
    },
  };
}

let given = 0;

/** Returns a number that no other test of this process uses. */
export const aNumber = (): string => `4474001${String(given++).padStart(5, "0")}`;

/** The code in the last text that arrived at a number. */
export function codeAt(sandbox: Sandbox, number: string): string {
  const text = sandbox.handset(number).inbox().at(-1)?.text ?? "";
  return /^(\d{4,10}) /.exec(text)?.[1] ?? `no code in "${text}"`;
}

/** The code in the last call to a number. */
export function codeHeardAt(sandbox: Sandbox, number: string): string {
  const { heard = "" } = sandbox.handset(number).calls().at(-1) ?? {};
  return (heard.match(/\d(?:, \d)+/)?.[0] ?? "").replaceAll(", ", "");
}

/** Returns a wrong code of the same length. */
export const notThe = (code: string): string =>
  code.replace(/\d$/, (last) => String((Number(last) + 1) % 10));

/** The outcomes that were reported for a message, oldest first. */
export function reportsOf(sandbox: Sandbox, messageId: string | undefined): boolean[] {
  return sandbox.reports().flatMap((one) => (one.messageId === messageId ? [one.delivered] : []));
}

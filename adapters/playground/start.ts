// `npm start`: runs the Worker and the sandbox on workerd, serves the page, and sends one sample report through both.

import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { createConversionClient } from "../../src/index.ts";
import type { RecordedReport } from "../../src/sandbox/index.ts";
import { SANDBOX_ACCOUNTS, SANDBOX_APPLICATION, SANDBOX_CREDENTIALS } from "../../src/sandbox/index.ts";
import { mintReportToken } from "../../src/token/mint.ts";
import { buildConsole } from "../console/build.ts";
import { bundlePage } from "./bundle-page.ts";
import { formatGuide } from "./guide.ts";
import { claimPort, HOST, PortError } from "./ports.ts";
import { startOnWorkerd } from "./workerd.ts";

/** Short, so that a visitor sees resending, expiry and reports of `false` without waiting. */
const COOLDOWN_S = "5";
const LIFETIME_S = "60";
/** High, so that visitors are not locked out. */
const LIMITS = "number=1000/60 prefix=10000/60 caller=100000/60 total=100000/60";
const root = fileURLToPath(new URL("../../", import.meta.url));

async function main(): Promise<void> {
  const workerPort = await claimPort("PORT", 8787);
  const sandboxPort = await claimPort("SANDBOX_PORT", workerPort + 1);

  // Registered before Miniflare's own handlers, which exit with 130. Miniflare stops workerd when this process exits.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(0));

  // New secrets at every start: printed keys are useless afterwards.
  const key = randomBytes(24).toString("hex");
  const applicationKey = randomBytes(24).toString("hex");
  const adminKey = randomBytes(24).toString("hex");
  const secret = { kid: "local", secret: randomBytes(24).toString("hex") };
  const codeSecret = randomBytes(24).toString("hex");
  const { twoFactor, other } = SANDBOX_CREDENTIALS;
  const account = SANDBOX_ACCOUNTS.find(({ apiKey }) => apiKey === twoFactor.apiKey);
  const worker = `http://${HOST}:${workerPort}`;
  const sandbox = await startOnWorkerd({
    config: `${root}adapters/playground/wrangler.toml`,
    port: sandboxPort,
    bindings: {
      WEBHOOK_BASE_URL: worker,
      PLAYGROUND_HOSTS: process.env.PLAYGROUND_HOSTS ?? "",
      WEBHOOK_SIGN: "sha256",
      APPLICATION_ENDPOINT: worker,
      APPLICATION_KEY: applicationKey,
      APPLICATION_COOLDOWN_S: COOLDOWN_S,
      CONSOLE_URL: `http://localhost:${workerPort}/console/`,
      ...bundlePage(`${root}adapters/playground/page`),
    },
  });
  const assets = `${root}.wrangler/assets`;
  buildConsole(assets);
  await startOnWorkerd({
    config: `${root}wrangler.toml`,
    port: workerPort,
    assets,
    bindings: {
      VONAGE_BASE_URL: sandbox.url,
      VONAGE_2FA_API_KEY: twoFactor.apiKey,
      VONAGE_2FA_API_SECRET: twoFactor.apiSecret,
      VONAGE_OTHER_API_KEY: other.apiKey,
      VONAGE_OTHER_API_SECRET: other.apiSecret,
      PROXY_KEYS_2FA: `local:${key},application:${applicationKey}`,
      ADMIN_KEYS: `local:${adminKey}`,
      TOKEN_SECRETS: `${secret.kid}:${secret.secret}`,
      ALLOWED_ORIGINS: "*",
      VONAGE_REST_BASE_URL: sandbox.url,
      TWO_FACTOR_SECRETS: `local:${codeSecret}`,
      TWO_FACTOR_BRAND: "Acme",
      TWO_FACTOR_COUNTRIES: "*",
      TWO_FACTOR_COOLDOWN_S: COOLDOWN_S,
      TWO_FACTOR_LIFETIME_S: LIFETIME_S,
      TWO_FACTOR_LIMITS: LIMITS,
      INSIGHT_INTERVAL_S: "5",
      SMS_FROM: "447700900000",
      VOICE_APPLICATION_ID: SANDBOX_APPLICATION.applicationId,
      VOICE_PRIVATE_KEY: SANDBOX_APPLICATION.privateKey,
      VOICE_FROM: "447700900001",
      WEBHOOK_SIGNATURE_SECRET: account?.signatureSecret ?? "",
      WEBHOOK_SIGNATURE_METHOD: "sha256",
    },
    onLog: (line) => {
      if (!isLook(line)) console.log(line);
    },
  });
  const endpoint = `http://localhost:${workerPort}`;
  const vonage = `http://localhost:${sandboxPort}`;
  const messageId = randomBytes(8).toString("hex").toUpperCase();
  const token = await mintReportToken({ messageId, channel: "sms" }, { secret });
  const { status } = await createConversionClient({ endpoint, token }).sms({ messageId, delivered: true });
  const answer = await fetch(`${vonage}/sandbox/reports`);
  const { reports } = (await answer.json()) as { reports: RecordedReport[] };

  const report = reports.find((one) => one.messageId === messageId) ?? null;
  console.log(formatGuide({ endpoint, vonage, key, adminKey, status, report }));
}

/** Recognises the log line of a request for a challenge, which the demo application repeats while one is pending. */
function isLook(line: string): boolean {
  return /"method":"GET","route":"\/2fa\/[^"]*","status":200/.test(line);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof PortError)) throw error;
  console.error(error.message);
  process.exit(1);
}

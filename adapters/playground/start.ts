// `npm start`: runs the Worker and the sandbox on workerd, serves the page, and sends one sample report through both.

import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { createConversionClient } from "../../src/index.ts";
import type { RecordedReport } from "../../src/sandbox/index.ts";
import { SANDBOX_ACCOUNTS, SANDBOX_APPLICATION, SANDBOX_CREDENTIALS } from "../../src/sandbox/index.ts";
import { mintReportToken } from "../../src/token/mint.ts";
import { buildConsole } from "../console/build.ts";
import { bundlePage } from "./bundle-page.ts";
import { startOnWorkerd } from "./workerd.ts";

const HOST = "127.0.0.1";
/** Short, so that a visitor sees resending and expiry without waiting. */
const COOLDOWN_S = "10";
const LIFETIME_S = "180";
/** High, so that visitors are not locked out. */
const LIMITS = "number=1000/60 prefix=10000/60 caller=100000/60 total=100000/60";
const root = fileURLToPath(new URL("../../", import.meta.url));

async function main(): Promise<void> {
  const workerPort = readPort("PORT", 8787);
  const sandboxPort = readPort("SANDBOX_PORT", workerPort + 1);
  for (const [name, port] of [
    ["PORT", workerPort],
    ["SANDBOX_PORT", sandboxPort],
  ] as const) {
    if (!(await isFree(port))) {
      fail(
        `Port ${port} is in use. Stop the process that uses it, or choose another port: ${name}=${port + 1000} npm start`,
      );
    }
  }

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

  console.log(`
Open the page:    ${vonage}/
Open the console: ${endpoint}/console/   admin key: ${adminKey}

The Worker is at    ${endpoint}   POST /2fa, POST /conversions/sms, POST /conversions/voice, POST /messages, GET /health
The sandbox is at   ${vonage}   stands in for Vonage; GET /sandbox/ lists its controls

A client with a report token sent a sample report through the Worker to the sandbox: ${status}.
The sandbox recorded:
${JSON.stringify(reports.find((one) => one.messageId === messageId) ?? null, null, 2)}

Send one yourself, then list the recorded reports:
  curl -i ${endpoint}/conversions/sms -u local:${key} -d message-id=0A0000000123ABCD1 -d delivered=true
  curl ${vonage}/sandbox/reports

Send a code, read it on the handset, and check it (the first answer has the id):
  curl -i ${endpoint}/2fa -H 'authorization: Bearer ${key}' -d to=447400123456 -d channel=sms
  curl ${vonage}/sandbox/handset?number=447400123456
  curl -i ${endpoint}/2fa/ID/check -H 'authorization: Bearer ${key}' -d code=CODE

Track a message and do not report it: after 30 seconds the sandbox has delivered=false.
  curl -i ${endpoint}/messages -u local:${key} -d messageId=0A0000000123ABCD2 -d channel=sms -d expiresIn=30

Make Vonage fail for a while, send a report, and watch the ledger, which submits it as soon as Vonage recovers:
  curl ${vonage}/sandbox/faults -H 'content-type: application/json' -d '{"status":503,"times":5}'
  export VONAGE_CONVERSION_ENDPOINT=${endpoint} VONAGE_CONVERSION_ADMIN_KEY=${adminKey}
  npm run -s cli -- stats

Press Ctrl-C to stop.
`);
}

/** Recognises the log line of a poll for a challenge; the page polls every second. */
function isLook(line: string): boolean {
  return /"method":"GET","route":"\/2fa\/[^"]*","status":200/.test(line);
}

function readPort(name: string, fallback: number): number {
  const port = Number(process.env[name] || fallback);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    fail(`${name} must be a port from 1 to 65535.`);
  }
  return port;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
      .once("error", () => resolve(false))
      .listen(port, HOST, () => server.close(() => resolve(true)));
  });
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

await main();

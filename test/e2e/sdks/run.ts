// `npm run test:sdks`: runs the Node SDKs that still have Conversion calls, unchanged, against the sandbox and the
// Worker. They are installed apart and only for this, so that their dependencies are no risk to the project.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { SANDBOX_ACCOUNTS, SANDBOX_CREDENTIALS } from "../../../src/sandbox/index.ts";
import { SIGNATURE_METHODS } from "../../../src/wire/signature-method.ts";
import { PROXY_KEY, startLocalStack } from "../../support/local-stack.ts";
import { createTally } from "../../support/tally.ts";
import { untilEqual } from "../../support/until.ts";
import { installPinned } from "../runtimes/install.ts";

type Call = (id: string, delivered: boolean, timestamp: string, end: (error: unknown) => void) => void;
type Sdk = new (
  credentials: object,
  options: { readonly apiHost: string; readonly port: number },
) => { readonly conversion: { readonly sms: Call; readonly voice: Call } };

/** The credentials: an account's key and secrets for Vonage, the name and value of a proxy key for the Worker. */
interface Target {
  readonly name: string;
  readonly url: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly signatureSecret: string;
}

const SDKS = [
  { name: "@vonage/server-sdk", version: "2.11.3", toHost: (hostname: string) => `http://${hostname}` },
  { name: "nexmo", version: "2.9.1", toHost: (hostname: string) => hostname },
];
const WHEN = "2026-03-04 05:06:07";

const { attempt, finish } = createTally();
const { sandbox, worker, stop } = await startLocalStack({}, { withLedger: true });
const [account] = SANDBOX_ACCOUNTS;
assert.ok(account);
const targets: readonly Target[] = [
  { name: "the sandbox", url: sandbox.url, ...account },
  {
    name: "the Worker",
    url: worker.url,
    apiKey: PROXY_KEY.name,
    apiSecret: PROXY_KEY.key,
    signatureSecret: PROXY_KEY.key,
  },
];
try {
  for (const { name, version, toHost } of SDKS) {
    const folder = installPinned(name, version);
    const sdk: Sdk = createRequire(join(folder, "package.json"))(name);
    for (const target of targets) await trySdk(`${name} ${version} at ${target.name}`, sdk, target, toHost);
  }
} finally {
  await stop();
}
finish();

async function trySdk(
  where: string,
  sdk: Sdk,
  target: Target,
  toHost: (hostname: string) => string,
): Promise<void> {
  const call = (credentials: object, channel: "sms" | "voice", id: string, delivered: boolean) => {
    const { hostname, port } = new URL(target.url);
    const { conversion } = new sdk(credentials, { apiHost: toHost(hostname), port: Number(port) });
    return new Promise<{ readonly statusCode?: number } | undefined>((resolve) =>
      conversion[channel](id, delivered, WHEN, (error) => resolve(error ?? undefined)),
    );
  };
  const withSecret = { apiKey: target.apiKey, apiSecret: target.apiSecret };
  const record = async (credentials: object, channel: "sms" | "voice", delivered: boolean) => {
    const messageId = `0A${crypto.randomUUID().replaceAll("-", "").slice(0, 14).toUpperCase()}`;
    const error = await call(credentials, channel, messageId, delivered);
    await untilRecorded(channel, messageId, delivered);
    return error;
  };

  await attempt(`${where}: reports a text and a call`, async () => {
    const errors = [await record(withSecret, "sms", true), await record(withSecret, "voice", false)];
    // They take Vonage's empty 200 for an error, because it is not JSON. The Worker answers with JSON.
    if (target.name === "the Worker") assert.deepEqual(errors, [undefined, undefined]);
  });
  for (const signatureMethod of SIGNATURE_METHODS) {
    await attempt(`${where}: signs with ${signatureMethod}`, async () => {
      const { signatureSecret } = target;
      await record({ ...withSecret, signatureSecret, signatureMethod }, "sms", true);
    });
  }
  await attempt(`${where}: gets 401 for a wrong secret, and nothing is recorded`, async () => {
    const before = (await sandbox.reports()).length;
    const error = await call({ ...withSecret, apiSecret: `${target.apiSecret}-not` }, "sms", "0A1", true);
    assert.equal(error?.statusCode, 401);
    assert.equal((await sandbox.reports()).length, before);
  });
  if (target.name === "the sandbox") {
    await attempt(`${where}: gets 402 for an account that is not enabled`, async () => {
      const error = await call(SANDBOX_CREDENTIALS.notEnabled, "sms", "0A1", true);
      assert.equal(error?.statusCode, 402);
    });
  } else {
    await attempt(`${where}: succeeds while Vonage is down, and the report is submitted later`, async () => {
      await sandbox.fail({ status: 503, times: 1 });
      assert.equal(await record(withSecret, "sms", true), undefined);
    });
  }
}

function untilRecorded(channel: "sms" | "voice", id: string, delivered: boolean): Promise<void> {
  const wanted = { channel, delivered, timestamp: WHEN, apiKey: account?.apiKey };
  return untilEqual(async () => {
    const found = (await sandbox.reports()).filter(({ messageId }) => messageId === id);
    return found.map(({ channel, delivered, timestamp, apiKey }) => ({
      channel,
      delivered,
      timestamp,
      apiKey,
    }));
  }, [wanted]);
}

import { afterAll, beforeAll, expect } from "vitest";
import { createConversionHandler } from "../../../adapters/http/index.ts";
import { type Credentials, createConversionClient } from "../../../src/index.ts";
import { createSandbox, SANDBOX_CREDENTIALS } from "../../../src/sandbox/index.ts";
import { mintReportToken } from "../../../src/token/index.ts";
import { type LocalStack, PROXY_KEY, startLocalStack, TOKEN_SECRET } from "../../support/local-stack.ts";
import { describeClientContract, RETRY, type Road } from "./client-contract.ts";
import { A_SHARD_EACH, callsOf } from "./ledger-worker.ts";

const DIRECT = { notEnabled: "not_enabled", redirected: "unexpected_response" } as const;
const THROUGH_WORKER = { notEnabled: "unavailable", redirected: "unavailable" } as const;
const WRONG_SECRET = { kid: TOKEN_SECRET.kid, secret: "another-secret-0123456789-0123456789" };
const { twoFactor } = SANDBOX_CREDENTIALS;
const signatureSecret = [...twoFactor.apiSecret].reverse().join("");

let stack: LocalStack;
let withLedger: LocalStack;
beforeAll(async () => {
  stack = await startLocalStack();
  withLedger = await startLocalStack({ LEDGER_SHARDS: A_SHARD_EACH }, { withLedger: true });
});
afterAll(() => Promise.all([stack.stop(), withLedger.stop()]));

const credentials: Record<string, Credentials> = {
  "the Basic header": twoFactor,
  "the query string": { ...twoFactor, via: "query" },
  "an md5hash signature": { apiKey: twoFactor.apiKey, signatureSecret, signatureMethod: "md5hash" },
  "a sha256 signature": { apiKey: twoFactor.apiKey, signatureSecret, signatureMethod: "sha256" },
};

for (const [how, known] of Object.entries(credentials)) {
  const unknown: Credentials =
    known.apiSecret === undefined ? { ...known, signatureSecret: "wrong" } : { ...known, apiSecret: "wrong" };
  describeClientContract(`${how}, to the sandbox in process`, async () => {
    const sandbox = createSandbox();
    const open = async (credentials: Credentials) =>
      createConversionClient({ credentials, fetch: sandbox.fetch, retry: RETRY });
    const { fail, reset } = sandbox;
    const reports = async () => sandbox.reports();
    return { client: () => open(known), stranger: () => open(unknown), reports, fail, reset, codes: DIRECT };
  });
}

describeClientContract("the Basic header, to the sandbox over HTTP", async () => {
  const { sandbox } = stack;
  const open = async (credentials: { apiKey: string; apiSecret: string }) =>
    createConversionClient({ credentials, baseUrl: sandbox.url, retry: RETRY });
  const stranger = () => open({ ...twoFactor, apiSecret: "wrong" });
  return { ...sandbox, client: () => open(twoFactor), stranger, codes: DIRECT };
});

/** By key and by token, to a Worker at `endpoint`. */
function describeThroughWorker(
  where: string,
  open: () => Omit<Road, "client" | "stranger" | "codes"> & { endpoint: string; fetch?: typeof fetch },
) {
  describeClientContract(`proxy key, through the Worker ${where}`, async () => {
    const { endpoint, fetch = globalThis.fetch, ...rest } = open();
    const client = async () => createConversionClient({ endpoint, key: PROXY_KEY.key, retry: RETRY, fetch });
    const stranger = async () =>
      createConversionClient({ endpoint, key: `${PROXY_KEY.key.slice(0, -1)}x`, retry: RETRY, fetch });
    return { ...rest, client, stranger, codes: THROUGH_WORKER };
  });
  describeClientContract(`report token, through the Worker ${where}`, async () => {
    const { endpoint, fetch = globalThis.fetch, ...rest } = open();
    const client: Road["client"] = async (message) => {
      const token = await mintReportToken(message, { secret: TOKEN_SECRET });
      return createConversionClient({ endpoint, token, retry: RETRY, fetch });
    };
    const stranger: Road["client"] = async (message) => {
      const token = await mintReportToken(message, { secret: WRONG_SECRET });
      return createConversionClient({ endpoint, token, retry: RETRY, fetch });
    };
    return { ...rest, client, stranger, codes: THROUGH_WORKER };
  });
}

describeThroughWorker("on workerd", () => ({ ...stack.sandbox, endpoint: stack.worker.url }));

describeThroughWorker("with its ledger on workerd", () => {
  const { retry } = callsOf(withLedger.worker);
  return {
    ...withLedger.sandbox,
    endpoint: withLedger.worker.url,
    retry: async (channel, messageId) => {
      expect((await retry(channel, messageId)).status).toBe(202);
    },
  };
});

describeThroughWorker("in process", () => {
  const sandbox = createSandbox();
  const handle = createConversionHandler({
    credentials: { "2fa": twoFactor },
    proxyKeys: [PROXY_KEY],
    tokenSecrets: [TOKEN_SECRET],
    fetch: sandbox.fetch,
    log: () => {},
  });
  return {
    endpoint: "https://worker.example",
    fetch: async (input, init) => handle(new Request(input, init)),
    reports: async () => sandbox.reports(),
    fail: sandbox.fail,
    reset: sandbox.reset,
  };
});

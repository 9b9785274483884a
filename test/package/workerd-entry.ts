// Runs inside workerd, with Node compatibility off, on the built files.

import { createConversionHandler } from "../../dist/fetch.mjs";
import { createConversionClient } from "../../dist/index.mjs";
import { createSandbox, SANDBOX_ACCOUNTS, SANDBOX_CREDENTIALS } from "../../dist/sandbox.mjs";
import { mintReportToken, verifyReportToken } from "../../dist/token.mjs";
import { signParameters } from "../../src/wire/signature.ts";
import { vectors } from "../fixtures/signature-vectors.json";

const SECRET = { kid: "k1", secret: "token-secret-0123456789-0123456789-abcdef" };
const KEY = { name: "shop", key: "proxy-key-of-the-shop-0123456789abcdef" };
const { twoFactor } = SANDBOX_CREDENTIALS;

async function exercise() {
  const sandbox = createSandbox();
  const handle = createConversionHandler({
    credentials: { "2fa": twoFactor },
    proxyKeys: [KEY],
    tokenSecrets: [SECRET],
    fetch: sandbox.fetch,
    log: () => {},
  });
  const toWorker = (input: RequestInfo | URL, init?: RequestInit) => handle(new Request(input, init));
  const endpoint = "https://worker.example";
  const message = { messageId: "m-1", channel: "sms" } as const;
  const token = await mintReportToken(message, { secret: SECRET });
  const report = { messageId: "m-1", delivered: true };
  const signatureSecret = SANDBOX_ACCOUNTS[0]?.signatureSecret ?? "";

  const statuses: Record<string, string> = {};
  const run = async (name: string, client: ReturnType<typeof createConversionClient>) => {
    statuses[name] = await client.sms(report).then(
      ({ status }) => status,
      (error) => `${error.code}: ${error.message}`,
    );
  };
  await run("basic", createConversionClient({ credentials: twoFactor, fetch: sandbox.fetch }));
  await run(
    "query",
    createConversionClient({ credentials: { ...twoFactor, via: "query" }, fetch: sandbox.fetch }),
  );
  for (const signatureMethod of ["md5hash", "md5", "sha1", "sha256", "sha512"] as const) {
    const credentials = { apiKey: twoFactor.apiKey, signatureSecret, signatureMethod };
    await run(signatureMethod, createConversionClient({ credentials, fetch: sandbox.fetch }));
  }
  await run("key", createConversionClient({ endpoint, key: KEY.key, fetch: toWorker }));
  await run("token", createConversionClient({ endpoint, token, fetch: toWorker }));
  await run("wrong key", createConversionClient({ endpoint, key: "x".repeat(40), fetch: toWorker }));
  const wrongSignatures: string[] = [];
  for (const { secret, parameters, signatures } of vectors) {
    for (const [method, signature] of Object.entries(signatures)) {
      const sig = await signParameters(Object.entries(parameters), secret, method as keyof typeof signatures);
      if (sig !== signature.toLowerCase()) wrongSignatures.push(method);
    }
  }
  return {
    statuses,
    wrongSignatures,
    recorded: sandbox.reports().length,
    verified: (await verifyReportToken(token, { secrets: [SECRET] })).messageId,
    globals: ["process", "Buffer", "require", "global"].filter((name) => name in globalThis),
  };
}

export default { fetch: async () => Response.json(await exercise()) };

// The servers that all runtimes share: the Worker on workerd, the sandbox, and webhooks signed by independent code.

import { createHash, createHmac } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { findFreePort } from "../../support/free-port.ts";
import { PROXY_KEY, TOKEN_SECRET } from "../../support/local-stack.ts";
import { aNumber, startTwoFactorStack } from "../../support/two-factor-stack.ts";
import type { SignedWebhook, Stage } from "./suite/stage.ts";

export interface StageSet {
  /** Prepares the stage for one more runtime. */
  next(): Stage;
  stop(): Promise<void>;
}

export async function setStage(): Promise<StageSet> {
  const { worker, vonage, stop } = await startTwoFactorStack();
  const breaking = await startBreaking();
  const shared = {
    vonage: vonage.url,
    worker: worker.url,
    nowhere: `http://127.0.0.1:${await findFreePort()}`,
    breaking: breaking.url,
    proxyKey: PROXY_KEY.key,
    tokenSecret: TOKEN_SECRET,
    webhooks: signWebhooks(),
  };
  return {
    next: () => ({ ...shared, number: aNumber() }),
    stop: async () => {
      breaking.stop();
      await stop();
    },
  };
}

/** A server that reads each POST and then breaks the connection instead of answering. */
async function startBreaking() {
  const port = await findFreePort();
  let posts = 0;
  const server = createServer((request, response) => {
    request.resume().once("end", () => {
      if (request.method === "GET") return response.end(String(posts));
      posts++;
      request.socket.destroy();
    });
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}`, stop };
}

interface Vector {
  readonly secret: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly signatures: Readonly<Record<SignedWebhook["method"], string>>;
}

/**
 * The webhook from the official SDKs' known answers, with the nonce that theirs lacks. Node's crypto signs it, after it
 * has reproduced their signatures.
 */
function signWebhooks(): SignedWebhook[] {
  const path = "test/fixtures/signature-vectors.json";
  const { vectors } = JSON.parse(readFileSync(path, "utf8")) as { readonly vectors: readonly Vector[] };
  return vectors.flatMap(({ secret, parameters, signatures }) =>
    Object.entries(signatures).map(([name, known]) => {
      const method = name as SignedWebhook["method"];
      if (sign(parameters, secret, method) !== known.toLowerCase()) {
        throw new Error(`${method} is not signed as the SDKs do`);
      }
      const complete = { ...parameters, nonce: "aaaaaaaa-bbbb-cccc-dddd-0123456789ab" };
      const sig = sign(complete, secret, method);
      return { method, signatureSecret: secret, parameters: { ...complete, sig } };
    }),
  );
}

function sign(parameters: Vector["parameters"], secret: string, method: SignedWebhook["method"]): string {
  const names = Object.keys(parameters).sort();
  const text = names.map((name) => `&${name}=${parameters[name]?.replace(/[&=]/g, "_")}`).join("");
  const hash =
    method === "md5hash" ? createHash("md5").update(text + secret) : createHmac(method, secret).update(text);
  return hash.digest("hex");
}

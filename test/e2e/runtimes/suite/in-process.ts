// The sandbox and the handler run inside the runtime itself, as plain fetch functions.

import { createConversionClient } from "vonage-conversion";
import { createConversionHandler } from "vonage-conversion/fetch";
import { createSandbox } from "vonage-conversion/sandbox";
import { mintReportToken } from "vonage-conversion/token";
import { demandEqual, demandFields, errorOf, toBehaviours } from "./behaviour.ts";
import { anId, QUICK, signatureSecret, twoFactor } from "./clients.ts";
import { stage } from "./stage.ts";

const RECORDED = { status: "recorded", attempts: 1 };
const ENDPOINT = "https://conversions.shop.example";

function createHandled() {
  const sandbox = createSandbox();
  const handle = createConversionHandler({
    credentials: { "2fa": { apiKey: twoFactor.apiKey, signatureSecret, signatureMethod: "sha256" } },
    proxyKeys: [{ name: "shop", key: stage.proxyKey }],
    tokenSecrets: [stage.tokenSecret],
    allowedOrigins: ["https://shop.example"],
    fetch: sandbox.fetch,
    log: () => {},
  });
  const handledFetch: typeof fetch = (input, init) => handle(new Request(input, init));
  return { sandbox, handle, fetch: handledFetch };
}

export const inProcess = toBehaviours({
  "the sandbox runs here as a fetch function, its faults included": async () => {
    const sandbox = createSandbox();
    const client = createConversionClient({ credentials: twoFactor, fetch: sandbox.fetch, retry: QUICK });
    sandbox.fail({ status: 503 });
    sandbox.fail({ drop: true });
    const messageId = anId();
    const result = await client.sms({ messageId, delivered: true });
    demandEqual(result, { status: "recorded", attempts: 3 }, "the result");
    demandFields(sandbox.reports()[0], { messageId, delivered: true, authentication: "basic" });
    sandbox.fail({ hang: true });
    const hasty = createConversionClient({
      credentials: twoFactor,
      fetch: sandbox.fetch,
      timeout: 50,
      retry: false,
    });
    const error = await errorOf(() => hasty.sms({ messageId, delivered: true }));
    demandFields(error, { code: "timeout" });
  },

  "the handler runs here as a fetch function, for keys and for tokens": async () => {
    const { sandbox, fetch } = createHandled();
    const messageId = anId();
    const report = { messageId, delivered: true };
    const byKey = createConversionClient({ endpoint: ENDPOINT, key: stage.proxyKey, fetch });
    demandEqual(await byKey.sms(report), RECORDED, "by key");
    const token = await mintReportToken({ messageId, channel: "voice" }, { secret: stage.tokenSecret });
    const byToken = createConversionClient({ endpoint: ENDPOINT, token, fetch });
    demandEqual(await byToken.voice(report), RECORDED, "by token");
    demandFields(await errorOf(() => byToken.sms(report)), { code: "unauthorized", attempts: 1 });
    demandEqual(
      sandbox.reports().map(({ channel, authentication }) => `${channel} by ${authentication}`),
      ["sms by signature", "voice by signature"],
      "reports",
    );
  },

  "the handler answers SDKs, preflights and unknown callers as on Cloudflare": async () => {
    const { handle } = createHandled();
    const url = `${ENDPOINT}/conversions/sms`;
    const authorization = `Basic ${btoa(`shop:${stage.proxyKey}`)}`;
    const body = new URLSearchParams({ "message-id": anId(), delivered: "True" });
    const sdk = await handle(new Request(url, { method: "POST", headers: { authorization }, body }));
    demandEqual([sdk.status, await sdk.text()], [200, ""], "of an SDK");
    const headers = { origin: "https://shop.example", "access-control-request-method": "POST" };
    const preflight = await handle(new Request(url, { method: "OPTIONS", headers }));
    demandEqual(preflight.headers.get("access-control-allow-origin"), headers.origin, "of a preflight");
    const stranger = await handle(new Request(url, { method: "POST", body }));
    const { type } = (await stranger.json()) as { readonly type: string };
    demandEqual(
      [stranger.status, stranger.headers.get("content-type")?.split(";")[0], type],
      [401, "application/problem+json", "urn:problem:vonage-conversion:unauthenticated"],
      "of a stranger",
    );
  },
});

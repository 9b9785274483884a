// Receives the hooks of identity services that make and check codes themselves. Set the secret of each that you use.

import { createServer, type IncomingMessage } from "node:http";
import { createSmsSender } from "vonage-conversion/two-factor";
import { createAuth0Sending, createAuth0SignIn } from "./auth0.ts";
import { createMessages } from "./messages.ts";
import { createAccessTokenHook, createSendSmsHook, type Hook } from "./supabase.ts";

const {
  VONAGE_CONVERSION_ENDPOINT: endpoint = "",
  VONAGE_CONVERSION_KEY: key = "",
  VONAGE_API_KEY: apiKey = "",
  VONAGE_API_SECRET: apiSecret = "",
  VONAGE_REST_BASE_URL: baseUrl = "https://rest.nexmo.com",
  SMS_FROM: from = "Acme",
  BRAND: brand = "Acme",
  CODE_LIFETIME_S = "300",
  SUPABASE_SEND_SMS_SECRET,
  SUPABASE_ACCESS_TOKEN_SECRET,
  AUTH0_ACTION_KEY,
  PORT = "3000",
  HOST = "127.0.0.1",
} = process.env;

/** Supabase waits five seconds, and repeats by itself what could not be sent. */
const TIMEOUT_MS = 4000;
const MAX_BODY_BYTES = 20_000;

const sender = createSmsSender({
  credentials: { apiKey, apiSecret },
  from,
  baseUrl,
  timeout: TIMEOUT_MS,
  retry: false,
});
const messages = createMessages({ sender, endpoint, key, brand, lifetime: Number(CODE_LIFETIME_S) });

const hooks: Readonly<Record<string, Hook | "" | undefined>> = {
  "/supabase/send-sms": SUPABASE_SEND_SMS_SECRET && createSendSmsHook(SUPABASE_SEND_SMS_SECRET, messages),
  "/supabase/access-token":
    SUPABASE_ACCESS_TOKEN_SECRET && createAccessTokenHook(SUPABASE_ACCESS_TOKEN_SECRET, messages),
  "/auth0/send": AUTH0_ACTION_KEY && createAuth0Sending(AUTH0_ACTION_KEY, messages),
  "/auth0/signed-in": AUTH0_ACTION_KEY && createAuth0SignIn(AUTH0_ACTION_KEY, messages),
};
if (Object.values(hooks).every((hook) => !hook)) {
  throw new Error("Set SUPABASE_SEND_SMS_SECRET or AUTH0_ACTION_KEY: README.md says where each comes from.");
}

const server = createServer(async (request, response) => {
  const answer = (status: number, body: object, headers = {}) =>
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
  const hook = hooks[request.url ?? ""];
  try {
    if (!hook || request.method !== "POST") return answer(404, {});
    const { status, body, retry } = await hook(await readBody(request), toRecord(request.headers));
    answer(status, body, retry && { "retry-after": "1" });
  } catch (error) {
    console.error(error instanceof Error ? error.name : "error");
    answer(500, {});
  }
});
server.listen(Number(PORT), HOST, () => console.log(`http://${HOST}:${PORT}`));

async function readBody(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) {
    body += chunk;
    if (body.length > MAX_BODY_BYTES) throw new Error("A body was too long.");
  }
  return body;
}

function toRecord(headers: IncomingMessage["headers"]): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

// The backend. It sends and checks codes, mints the token for the page's report, and serves the page.

import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { mintReportToken } from "vonage-conversion/token";
import { createSmsSender } from "vonage-conversion/two-factor";
import { createCodes } from "./codes.ts";

const {
  VONAGE_CONVERSION_ENDPOINT: endpoint = "",
  VONAGE_CONVERSION_TOKEN_SECRET = "",
  VONAGE_API_KEY: apiKey = "",
  VONAGE_API_SECRET: apiSecret = "",
  VONAGE_REST_BASE_URL: baseUrl = "https://rest.nexmo.com",
  SMS_FROM: from = "Acme",
  PORT = "3000",
  HOST = "127.0.0.1",
} = process.env;

const [kid = "", secret = ""] = VONAGE_CONVERSION_TOKEN_SECRET.split(":");
const codes = createCodes(createSmsSender({ credentials: { apiKey, apiSecret }, from, baseUrl }), "Acme");
const COOKIE = "__Host-code";
/** The lifetime of a code, plus some time for the report. */
const TOKEN_LIFETIME_S = 360;
const MAX_BODY_BYTES = 1000;

const files: Readonly<Record<string, readonly [type: string, content: Buffer]>> = {
  "/": ["text/html; charset=utf-8", readFileSync("index.html")],
  "/style.css": ["text/css; charset=utf-8", readFileSync("style.css")],
  "/page.js": ["text/javascript; charset=utf-8", readFileSync("dist/page.js")],
};

const server = createServer(async (request, response) => {
  const { method, url = "/" } = request;
  const file = files[url];
  try {
    if (method === "GET" && file !== undefined) {
      const [type, content] = file;
      // The page calls only this server and the Worker.
      const policy = `default-src 'self'; connect-src 'self' ${endpoint}`;
      response.writeHead(200, { "content-type": type, "content-security-policy": policy }).end(content);
    } else if (method === "POST" && url === "/api/send") await send(request, response);
    else if (method === "POST" && url === "/api/check") await check(request, response);
    else answer(response, 404, { message: "There is nothing here." });
  } catch (error) {
    console.error(error);
    answer(response, 500, { message: "Something went wrong. Try again." });
  }
});
server.listen(Number(PORT), HOST, () => console.log(`http://${HOST}:${PORT}`));

async function send(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const sent = await codes.send(await readField(request, "number"));
  if ("message" in sent) return answer(response, 422, sent);
  const { id, messageId } = sent;
  const token = await mintReportToken(
    { messageId, channel: "sms" },
    { secret: { kid, secret }, expiresIn: TOKEN_LIFETIME_S },
  );
  // The cookie names the code. The page's scripts cannot read it.
  response.setHeader("set-cookie", `${COOKIE}=${id}; Path=/; Secure; HttpOnly; SameSite=Strict`);
  answer(response, 200, { endpoint, messageId, token });
}

async function check(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const id = new RegExp(`${COOKIE}=([\\w-]+)`).exec(request.headers.cookie ?? "")?.[1] ?? "";
  const checked = codes.check(id, await readField(request, "code"));
  // An application would start its session here.
  answer(response, "message" in checked ? 422 : 200, checked);
}

/** Reads JSON, which pages of other origins cannot send without a preflight. */
async function readField(request: IncomingMessage, name: string): Promise<string> {
  if (request.headers["content-type"] !== "application/json") throw new Error("A body was no JSON.");
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) {
    body += chunk;
    if (body.length > MAX_BODY_BYTES) throw new Error("A body was too long.");
  }
  const { [name]: value } = JSON.parse(body) as Record<string, unknown>;
  return typeof value === "string" ? value : "";
}

function answer(response: ServerResponse, status: number, body: object): void {
  const headers = { "content-type": "application/json", "cache-control": "no-store" };
  response.writeHead(status, headers).end(JSON.stringify(body));
}

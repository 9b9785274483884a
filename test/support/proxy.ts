// A handler with the sandbox as Vonage, and everything that it logs and sends.

import {
  type ConversionHandlerOptions,
  createConversionHandler,
  type LogEntry,
} from "../../adapters/http/index.ts";
import { createSandbox, SANDBOX_CREDENTIALS } from "../../src/sandbox/index.ts";
import { type MintOptions, mintReportToken, type ReportTokenClaims } from "../../src/token/index.ts";
import { type Answer, createRecordingFetch, type SentRequest } from "./recording-fetch.ts";

export const SHOP = { name: "shop", key: "shop-key-0123456789-0123456789-0123456789" } as const;
export const MAIL = {
  name: "mail",
  key: "mail-key-0123456789-0123456789-0123456789",
  traffic: "other",
} as const;
export const TOKEN_SECRET = { kid: "k1", secret: "the-token-secret-of-these-tests-0123456789" };
export const ORIGIN = "https://shop.example";
export const MESSAGE_ID = "0A0000000123ABCD1";
/** The shortest valid report. */
export const REPORT = { "message-id": MESSAGE_ID, delivered: "true" };

/**
 * Creates a handler for both kinds of traffic, proxy keys and tokens. `options` override that, and `answers` replace
 * the sandbox.
 */
export function createProxy(options: Partial<ConversionHandlerOptions> = {}, ...answers: readonly Answer[]) {
  const sandbox = createSandbox();
  const fromSandbox: Answer = ({ url, method, headers, body, signal }) =>
    sandbox.fetch(url, { method, headers, body, signal });
  const upstream = createRecordingFetch(...(answers.length > 0 ? answers : [fromSandbox]));
  const log: LogEntry[] = [];
  const handle = createConversionHandler({
    credentials: { "2fa": SANDBOX_CREDENTIALS.twoFactor, other: SANDBOX_CREDENTIALS.other },
    proxyKeys: [SHOP, MAIL],
    tokenSecrets: [TOKEN_SECRET],
    allowedOrigins: [ORIGIN],
    log: (entry) => log.push(entry),
    fetch: upstream.fetch,
    ...options,
  });
  return { handle, sandbox, log, sent: upstream.sent };
}

/** The form that went upstream, as an object. */
export const formOf = (sent: SentRequest | undefined) => Object.fromEntries(new URLSearchParams(sent?.body));

export const bearer = (credential: string) => ({ authorization: `Bearer ${credential}` });

export const BY_SHOP = bearer(SHOP.key);

export const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
});

/** Mints a token, by default for MESSAGE_ID by SMS. */
export const mint = (claims: Partial<ReportTokenClaims> = {}, options: Partial<MintOptions> = {}) =>
  mintReportToken({ messageId: MESSAGE_ID, channel: "sms", ...claims }, { secret: TOKEN_SECRET, ...options });

export const FORM = "application/x-www-form-urlencoded";

/** A POST to the handler; `path` may carry a query. */
export function post(
  body: Readonly<Record<string, string>> | BodyInit | null,
  headers: Readonly<Record<string, string>> = {},
  path = "/conversions/sms",
): Request {
  const plain = typeof body === "object" && body !== null && Object.getPrototypeOf(body) === Object.prototype;
  const init = {
    method: "POST",
    headers: { ...(plain && { "content-type": FORM }), ...headers },
    body: plain ? new URLSearchParams(body as Record<string, string>) : (body as BodyInit | null),
    // Node requires it for a stream.
    duplex: "half",
  };
  return new Request(`https://worker.example${path}`, init);
}

export const postJson = (body: unknown, headers: Readonly<Record<string, string>> = {}, path?: string) =>
  post(JSON.stringify(body), { "content-type": "application/json", ...headers }, path);

/** A request without a body. */
export const get = (path: string, method = "GET", headers: Readonly<Record<string, string>> = {}) =>
  new Request(`https://worker.example${path}`, { method, headers });

/** The members that the handler's JSON may have. */
export interface AnswerBody {
  readonly type?: string;
  readonly title?: string;
  readonly status?: number | string;
  readonly detail?: string;
  readonly errors?: readonly { readonly parameter: string; readonly detail: string }[];
  readonly missing?: readonly string[];
  readonly invalid?: readonly { readonly name: string; readonly detail: string }[];
}

export const readJson = async (response: Response) => (await response.json()) as AnswerBody;

/** The problem's name, from its `type`. */
export const problemOf = async (response: Response) =>
  (await readJson(response)).type?.replace("urn:problem:vonage-conversion:", "");

// Sends webhooks as Vonage does, and retries those that are not acknowledged.

import { ConversionError } from "../client/errors.ts";
import { createExtras } from "../client/platform-request.ts";
import { validate } from "../shared/validation.ts";
import type { Parameter } from "../wire/parameters.ts";
import { signParameters } from "../wire/signature.ts";
import type { SignatureMethod } from "../wire/signature-method.ts";
import type { SandboxAccount } from "./accounts.ts";
import type { ExchangeLog } from "./exchanges.ts";
import type { Timeline } from "./timeline.ts";
import { signPayload } from "./webhook-jwt.ts";
import { type SandboxWebhooks, type WebhookTransport, webhooksSchema } from "./webhook-settings.ts";

export interface WebhookSender {
  /** @throws {ConversionError} `invalid_options`. */
  configure(settings: SandboxWebhooks): void;
  /**
   * Sends a webhook of the SMS API until it is acknowledged by a 2xx, forgotten, or given up. Never rejects.
   *
   * @param url Overrides the configured URL.
   */
  send(
    kind: "deliveryReceipt" | "inboundSms",
    account: SandboxAccount,
    parameters: readonly Parameter[],
    isWanted: () => boolean,
    url?: string,
  ): Promise<void>;
  /** Returns `true` if the events of such a call are sent. */
  takesEvents(target: EventUrl | undefined): boolean;
  /**
   * Sends an event of the Voice API in the same way. Its JWT is signed with the account's signature secret.
   *
   * @param target Overrides the configured URL, and the method.
   */
  sendEvent(
    account: SandboxAccount,
    event: Readonly<Record<string, string>>,
    isWanted: () => boolean,
    target?: EventUrl,
  ): Promise<void>;
}

/** `event_url` and `event_method` of a call. */
export interface EventUrl {
  readonly url: string;
  readonly method: "GET" | "POST";
}

/** Vonage retries for more than a day. The sandbox retries, but ends soon. */
const BACKOFF_MS = [250, 1000, 4000] as const;
const TIMEOUT_MS = 10_000;

const NOT_ALLOWED = "not sent: its origin is not among webhookOrigins";

interface Attempt {
  readonly request: WebhookRequest;
  readonly parameters: readonly Parameter[];
}

/** @param origins Origins that webhooks may be sent to; `undefined` allows any. */
export function createWebhookSender(
  send: typeof fetch,
  exchanges: ExchangeLog,
  { now, sleep }: Timeline,
  origins?: readonly string[],
): WebhookSender {
  const isAllowed = (url: string) => origins === undefined || origins.includes(new URL(url).origin);
  let settings = validate(webhooksSchema, {}, "invalid_options");
  const toExtras = createExtras();
  return {
    configure: (given) => {
      const checked = validate(webhooksSchema, given, "invalid_options");
      for (const name of ["deliveryReceipt", "inboundSms", "voiceEvent"] as const) {
        const url = checked[name];
        if (url === undefined || isAllowed(url)) continue;
        throw new ConversionError(
          "invalid_options",
          `invalid_options: the origin of ${name} must be one of webhookOrigins: ${origins?.join(", ") || "none is allowed"}`,
        );
      }
      settings = checked;
    },

    send: async (kind, account, parameters, isWanted, url = settings[kind]) => {
      if (url === undefined) return;
      const { transport, sign } = settings;
      await deliver(url, isWanted, async () => {
        const signed = sign === undefined ? parameters : await toSigned(parameters, account, sign, now());
        return { request: toRequest(url, transport, signed), parameters: signed };
      });
    },

    takesEvents: (target) => (target?.url ?? settings.voiceEvent) !== undefined,

    sendEvent: async (account, event, isWanted, target) => {
      const { url, method } = target ?? { url: settings.voiceEvent, method: "POST" };
      if (url === undefined) return;
      await deliver(url, isWanted, async () => ({
        request: await toEventRequest({ url, method }, event, account, now()),
        parameters: Object.entries(event),
      }));
    },
  };

  /** @param toAttempt Makes each attempt anew, because receivers refuse a nonce that they have seen. */
  async function deliver(
    url: string,
    isWanted: () => boolean,
    toAttempt: () => Promise<Attempt>,
  ): Promise<void> {
    for (const [attempt, wait] of [...BACKOFF_MS, undefined].entries()) {
      if (!isWanted()) return;
      const at = now();
      const { request, parameters } = await toAttempt();
      const allowed = isAllowed(url);
      const status = allowed ? await post(send, toExtras, request) : 0;
      const note = allowed ? (attempt === 0 ? undefined : `attempt ${attempt + 1}`) : NOT_ALLOWED;
      exchanges.add({
        ...{ at, from: "vonage", method: request.init.method, path: new URL(url).pathname, status, note },
        parameters: new Map(parameters),
      });
      if (!allowed || (status >= 200 && status < 300) || wait === undefined) return;
      await sleep(wait);
    }
  }
}

async function toSigned(
  parameters: readonly Parameter[],
  { signatureSecret }: SandboxAccount,
  method: SignatureMethod,
  now: number,
): Promise<Parameter[]> {
  const complete: Parameter[] = [
    ...parameters,
    ["timestamp", String(Math.floor(now / 1000))],
    ["nonce", crypto.randomUUID()],
  ];
  const sig = await signParameters(complete, signatureSecret, method);
  // Vonage writes HMACs in upper case, and the verifiers of its SDKs for Ruby and .NET compare case-sensitively.
  return [...complete, ["sig", method === "md5hash" ? sig : sig.toUpperCase()]];
}

interface WebhookRequest {
  readonly url: string;
  readonly init: { readonly method: "GET" | "POST"; readonly body?: string; readonly headers?: HeadersInit };
}

function toRequest(
  url: string,
  transport: WebhookTransport,
  parameters: readonly Parameter[],
): WebhookRequest {
  const form = new URLSearchParams(parameters.map(([name, value]) => [name, value]));
  if (transport === "query") {
    const target = new URL(url);
    target.search = target.search === "" ? `${form}` : `${target.search}&${form}`;
    return { url: target.href, init: { method: "GET" } };
  }
  const [type, body] =
    transport === "form"
      ? ["application/x-www-form-urlencoded", form.toString()]
      : ["application/json", JSON.stringify(Object.fromEntries(parameters))];
  return { url, init: { method: "POST", body, headers: { "content-type": type } } };
}

/** A GET is signed over its whole query as JSON. */
async function toEventRequest(
  { url, method }: EventUrl,
  event: Readonly<Record<string, string>>,
  account: SandboxAccount,
  now: number,
): Promise<WebhookRequest> {
  const toHeaders = async (payload: string) => ({
    authorization: `Bearer ${await signPayload(payload, account, now)}`,
  });
  if (method === "POST") {
    const body = JSON.stringify(event);
    const headers = { ...(await toHeaders(body)), "content-type": "application/json" };
    return { url, init: { method, body, headers } };
  }
  const target = new URL(url);
  for (const [name, value] of Object.entries(event)) target.searchParams.append(name, value);
  const headers = await toHeaders(JSON.stringify(Object.fromEntries(target.searchParams)));
  return { url: target.href, init: { method, headers } };
}

/** Returns the status of the answer, or 0 if none arrives in time, even if `send` ignores its signal. */
async function post(
  send: typeof fetch,
  toExtras: (signal: AbortSignal) => RequestInit,
  { url, init }: WebhookRequest,
): Promise<number> {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      controller.abort();
      reject(new Error("timeout"));
    }, TIMEOUT_MS);
  });
  try {
    const answer = send(url, { ...init, redirect: "manual", ...toExtras(controller.signal) });
    const response = await Promise.race([answer, timeout]);
    // The body is not read. Not awaited, because cancelling a body may hang.
    response.body?.cancel().catch(() => {});
    return response.status;
  } catch {
    return 0;
  } finally {
    clearTimeout(timer);
  }
}

// The control panel over HTTP, for tests and people that cannot call the sandbox's functions. Bodies must be
// declared JSON, so that no page of another origin can reach it without a preflight, which is never granted.

import { isConversionError } from "../client/errors.ts";
import { readBoundedText } from "../shared/bounded-text.ts";
import { JSON_HEADERS } from "../shared/json-headers.ts";
import { toNormalPath } from "../wire/normal-path.ts";
import { MAX_REQUEST_BODY_BYTES } from "../wire/request-parameters.ts";
import type { SandboxAccount } from "./accounts.ts";
import type { CarrierSettings } from "./carrier.ts";
import type { ActiveFault, SandboxFault } from "./faults.ts";
import type { Sandbox } from "./index.ts";
import type { SandboxWebhooks } from "./webhooks.ts";

/** The calls, as `GET /sandbox/` shows them. */
const CALLS = {
  "GET /sandbox/reports": "what was recorded, oldest first",
  "GET /sandbox/accounts": "the accounts, without their secrets",
  "POST /sandbox/accounts":
    'enable or disable: {"apiKey": "…", "enabled": true}; "queryOnly": true reads no report in a body',
  "GET /sandbox/faults": "the faults still to strike",
  "POST /sandbox/faults":
    'add one: {"status": 503, "times": 3}, {"hang": true}, {"drop": true}, {"latency": 500}; of other interfaces: {"path": "calls", "status": 503}, {"path": "sms", "smsStatus": "5", "recorded": true}',
  "POST /sandbox/limit":
    'answer 429 above a rate: {"perSecond": 30, "retryAfter": "1"}; {"perSecond": null} lifts it',
  "GET /sandbox/handset": "what arrived on a handset: ?number=447700900000",
  "POST /sandbox/handset/reply":
    'answer a text: {"number": "447700900000", "text": "1234"}; "to", your number, is by default the last sender',
  "POST /sandbox/handset/answer": 'take a call, and hear it: {"number": "447700900000", "uuid": "…"}',
  "POST /sandbox/carrier":
    'for messages to come: {"delivers": false, "deliveryDelay": 500, "receipts": "honest", "receiptDelay": 1000}; receipts may be missing, or always delivered; {"textsPerSecond": 1} is the limit of a US long number',
  "POST /sandbox/webhooks":
    'where they go: {"deliveryReceipt": "http://…", "inboundSms": "http://…", "transport": "form", "sign": "sha256"}',
  "GET /sandbox/exchanges": "the last HTTP exchanges, webhooks among them: ?after=0",
  "POST /sandbox/reset": "forget everything, and begin anew",
};

type Call = keyof typeof CALLS;

/** What a POST does with its body, which the sandbox validates, and whatever it has to tell of it. */
const ACTIONS: Partial<Record<Call, (sandbox: Sandbox, body: unknown) => unknown>> = {
  "POST /sandbox/accounts": (sandbox, body) => {
    const { apiKey, enabled, queryOnly } = body as SandboxAccount;
    sandbox.enable(apiKey, enabled);
    if (queryOnly !== undefined) sandbox.insistOnQuery(apiKey, queryOnly);
  },
  "POST /sandbox/faults": (sandbox, body) => sandbox.fail(body as SandboxFault),
  "POST /sandbox/limit": (sandbox, body) => {
    const { perSecond, retryAfter } = body as { perSecond: number | null; retryAfter?: string };
    sandbox.limit(perSecond, retryAfter);
  },
  "POST /sandbox/handset/reply": async (sandbox, body) => {
    const { number, text, to } = body as { number: string; text: string; to?: string };
    await sandbox.handset(number).reply(text, to);
  },
  "POST /sandbox/handset/answer": (sandbox, body) => {
    const { number, uuid } = body as { number: string; uuid: string };
    return { heard: sandbox.handset(number).answer(uuid) };
  },
  "POST /sandbox/carrier": (sandbox, body) => sandbox.carrier(body as CarrierSettings),
  "POST /sandbox/webhooks": (sandbox, body) => sandbox.webhooks(body as SandboxWebhooks),
  "POST /sandbox/reset": (sandbox) => sandbox.reset(),
};

const json = (body: unknown, status = 200) =>
  new Response(`${JSON.stringify(body, null, 2)}\n`, {
    status,
    headers: JSON_HEADERS,
  });

/** Answers a call of `/sandbox/…`. */
export async function answerControl(
  request: Request,
  sandbox: Sandbox,
  accounts: ReadonlyMap<string, SandboxAccount>,
  faults: readonly ActiveFault[],
): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  const call = `${request.method} ${toNormalPath(pathname)}`;
  if (call === "GET /sandbox") return json({ calls: CALLS });
  if (!isCall(call)) return json({ error: "unknown call", calls: CALLS }, 404);
  try {
    const act = ACTIONS[call];
    if (act === undefined) return json(look(call, searchParams, sandbox, accounts, faults));
    if (!request.headers.get("content-type")?.startsWith("application/json")) {
      return json({ error: "content-type must be application/json" }, 415);
    }
    const text = await readBoundedText(request, MAX_REQUEST_BODY_BYTES);
    if (text === undefined) return json({ error: "the body is larger than 8 KiB" }, 413);
    const told = await act(sandbox, JSON.parse(text || "{}"));
    return json(typeof told === "object" ? { ok: true, ...told } : { ok: true });
  } catch (error) {
    return json(
      { error: isConversionError(error) ? error.message : "the body must be one JSON object" },
      400,
    );
  }
}

const isCall = (call: string): call is Call => Object.hasOwn(CALLS, call);

function look(
  call: Call,
  query: URLSearchParams,
  sandbox: Sandbox,
  accounts: ReadonlyMap<string, SandboxAccount>,
  faults: readonly ActiveFault[],
): object {
  if (call === "GET /sandbox/reports") return { reports: sandbox.reports() };
  if (call === "GET /sandbox/faults") return { faults };
  if (call === "GET /sandbox/handset") {
    const handset = sandbox.handset(query.get("number") ?? "");
    return { messages: handset.inbox(), calls: handset.calls() };
  }
  if (call === "GET /sandbox/exchanges")
    return { exchanges: sandbox.exchanges(Number(query.get("after") ?? 0)) };
  return {
    accounts: [...accounts.values()].map(({ apiKey, enabled, queryOnly }) => ({
      apiKey,
      enabled,
      ...(queryOnly && { queryOnly }),
    })),
  };
}

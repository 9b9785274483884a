// The control panel: the sandbox's methods over HTTP, for tests and people that cannot call them directly. Bodies must
// be declared JSON: a page of another origin then needs a preflight, which is never granted.

import { isConversionError } from "../client/errors.ts";
import { readBoundedText } from "../shared/bounded-text.ts";
import { JSON_HEADERS } from "../shared/json-headers.ts";
import { toNormalPath } from "../wire/normal-path.ts";
import { MAX_REQUEST_BODY_BYTES } from "../wire/request-parameters.ts";
import type { SandboxAccount } from "./accounts.ts";
import type { CarrierSettings } from "./carrier-settings.ts";
import type { ActiveFault, SandboxFault } from "./faults.ts";
import type { SandboxCarrier, SandboxRouterSettings } from "./routing/sandbox-carrier.ts";
import type { Sandbox } from "./sandbox.ts";
import type { SandboxWebhooks } from "./webhook-settings.ts";

/** The calls, as `GET /sandbox/` lists them. */
const CALLS = {
  "GET /sandbox/reports": "lists the recorded reports, oldest first",
  "GET /sandbox/accounts": "lists the accounts, without their secrets",
  "POST /sandbox/accounts":
    'enables or disables an account: {"apiKey": "…", "enabled": true}; with "queryOnly": true, reports must have their parameters in the query',
  "GET /sandbox/faults": "lists the faults that have not struck yet",
  "POST /sandbox/faults":
    'adds a fault: {"status": 503, "times": 3}, {"hang": true}, {"drop": true}, {"latency": 500}; for other interfaces: {"path": "calls", "status": 503}, {"path": "sms", "smsStatus": "5", "recorded": true}',
  "POST /sandbox/limit":
    'sets the rate above which requests are answered 429: {"perSecond": 30, "retryAfter": "1"}; {"perSecond": null} removes it',
  "GET /sandbox/handset": "lists the texts and calls of a handset: ?number=447700900000",
  "POST /sandbox/handset/reply":
    'replies to a text: {"number": "447700900000", "text": "1234"}; "to" is your number, by default the sender of the last text',
  "POST /sandbox/handset/answer":
    'answers a call and returns what is heard: {"number": "447700900000", "uuid": "…"}',
  "POST /sandbox/carrier":
    'sets how later messages are treated: {"delivers": false, "deliveryDelay": 500, "receipts": "honest", "receiptDelay": 1000}; "receipts" can also be "missing" or "delivered"; "callStatus" can be "busy", "rejected" or "unanswered"; {"textsPerSecond": 1} is the limit of a US long number',
  "POST /sandbox/carriers":
    'replaces the carriers that compete for later messages: {"carriers": [{"name": "Direct", "network": "23410", "delivered": 0.97}], "router": {"timeScale": 60}}',
  "GET /sandbox/routing":
    "shows the carriers' shares of traffic, what the router knows of them, and the truth",
  "POST /sandbox/webhooks":
    'sets where webhooks are sent: {"deliveryReceipt": "http://…", "inboundSms": "http://…", "voiceEvent": "http://…", "transport": "form", "sign": "sha256"}',
  "GET /sandbox/exchanges": "lists the last HTTP exchanges, including webhooks: ?after=0",
  "POST /sandbox/reset": "returns everything to the initial state",
};

type Call = keyof typeof CALLS;

/** Carries out a POST. The sandbox validates the body; an object that is returned becomes part of the answer. */
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
  "POST /sandbox/carriers": (sandbox, body) => {
    const { carriers, router } = body as { carriers: SandboxCarrier[]; router?: SandboxRouterSettings };
    sandbox.carriers(carriers, router);
  },
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
    const result = await act(sandbox, JSON.parse(text || "{}"));
    return json(typeof result === "object" ? { ok: true, ...result } : { ok: true });
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
  if (call === "GET /sandbox/routing") return sandbox.routing();
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

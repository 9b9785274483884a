// The control panel over HTTP, for tests and people that cannot call the sandbox's functions. Bodies must be
// declared JSON, so that no page of another origin can reach it without a preflight, which is never granted.

import { readBoundedText } from "../bounded-text.ts";
import { isConversionError } from "../errors.ts";
import { MAX_REQUEST_BODY_BYTES } from "../request-parameters.ts";
import type { SandboxAccount } from "./accounts.ts";
import type { ActiveFault, SandboxFault } from "./faults.ts";
import type { Sandbox } from "./index.ts";

/** The calls, as `GET /sandbox/` shows them. */
const CALLS = {
  "GET /sandbox/reports": "what was recorded, oldest first",
  "GET /sandbox/accounts": "the accounts, without their secrets",
  "POST /sandbox/accounts": 'enable or disable: {"apiKey": "…", "enabled": true}',
  "GET /sandbox/faults": "the faults still to strike",
  "POST /sandbox/faults":
    'add one: {"status": 503, "times": 3}, {"hang": true}, {"drop": true}, {"latency": 500}',
  "POST /sandbox/limit":
    'answer 429 above a rate: {"perSecond": 30, "retryAfter": "1"}; {"perSecond": null} lifts it',
  "POST /sandbox/reset": "forget reports, faults and the limit",
};

const json = (body: unknown, status = 200) =>
  new Response(`${JSON.stringify(body, null, 2)}\n`, {
    status,
    headers: { "content-type": "application/json" },
  });

/** Answers a call of `/sandbox/…`. */
export async function answerControl(
  request: Request,
  sandbox: Sandbox,
  accounts: ReadonlyMap<string, SandboxAccount>,
  faults: readonly ActiveFault[],
): Promise<Response> {
  const call = `${request.method} ${new URL(request.url).pathname}`;
  if (call === "GET /sandbox/") return json({ calls: CALLS });
  if (call === "GET /sandbox/reports") return json({ reports: sandbox.reports() });
  if (call === "GET /sandbox/faults") return json({ faults });
  if (call === "GET /sandbox/accounts") {
    return json({ accounts: [...accounts.values()].map(({ apiKey, enabled }) => ({ apiKey, enabled })) });
  }
  if (!(call in CALLS)) return json({ error: "unknown call", calls: CALLS }, 404);
  if (!request.headers.get("content-type")?.startsWith("application/json")) {
    return json({ error: "content-type must be application/json" }, 415);
  }
  try {
    const text = await readBoundedText(request, MAX_REQUEST_BODY_BYTES);
    if (text === undefined) return json({ error: "the body is larger than 8 KiB" }, 413);
    const body: unknown = JSON.parse(text || "{}");
    if (call === "POST /sandbox/faults") sandbox.fail(body as SandboxFault);
    else if (call === "POST /sandbox/accounts") {
      const { apiKey, enabled } = body as SandboxAccount;
      sandbox.enable(apiKey, enabled);
    } else if (call === "POST /sandbox/limit") {
      const { perSecond, retryAfter } = body as { perSecond: number | null; retryAfter?: string };
      sandbox.limit(perSecond, retryAfter);
    } else sandbox.reset();
    return json({ ok: true });
  } catch (error) {
    return json(
      { error: isConversionError(error) ? error.message : "the body must be one JSON object" },
      400,
    );
  }
}

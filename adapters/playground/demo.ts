// The server of the page of `npm start`: the demo application and the sandbox.

import type {
  CarrierSettings,
  HandsetCall,
  HandsetMessage,
  Sandbox,
  SandboxExchange,
  SandboxFault,
} from "../../src/sandbox/index.ts";
import { readBoundedText } from "../../src/shared/bounded-text.ts";
import { parsePhoneNumber } from "../../src/two-factor/numbers/phone-number.ts";
import { MAX_REQUEST_BODY_BYTES } from "../../src/wire/request-parameters.ts";
import { DEFAULT_COUNTRY } from "./actions.ts";
import type { Application, ApplicationAnswer } from "./application.ts";
import type { ApplicationExchange } from "./application-log.ts";
import type { DemonstrationStatus } from "./demonstration/demonstration.ts";
import type { DemonstrationRoutes } from "./demonstration/routes.ts";
import { createVisitorsLog } from "./visitors-log.ts";

/** The answer of `GET /app/state`: everything on the page that changes by itself. */
export interface LiveState extends Pick<ApplicationAnswer, "challenge" | "error"> {
  /** Changes when the server has forgotten everything; the page then starts afresh. */
  readonly life: string;
  readonly handset: {
    /** The challenge's number, otherwise the typed one; `null` if that is not a number. */
    readonly number: string | null;
    readonly messages: readonly HandsetMessage[];
    readonly calls: readonly HandsetCall[];
  };
  /** The current settings of the carriers; missing ones have their defaults. */
  readonly carrier: CarrierSettings;
  /** The faults that have not struck yet. */
  readonly faults: readonly SandboxFault[];
  /** The traffic for the console, and the console's address; `null` without a Worker. */
  readonly demonstration: (DemonstrationStatus & { readonly console: string }) | null;
  /** Exchanges after the `seq` that the query names. */
  readonly application: readonly ApplicationExchange[];
  readonly vonage: readonly SandboxExchange[];
}

const MAX_SHOWN = 50;

/**
 * Makes the function that answers `/app/…`, and `/sandbox/…` through the sandbox.
 *
 * With a demonstration, also `/app/demonstration…`.
 *
 * `GET /app/state?number=&application=&vonage=` has the number that the visitor typed, and the `seq` of the last
 * exchanges that the page has seen.
 */
export function createDemo(
  sandbox: Sandbox,
  application: Application,
  demonstration?: DemonstrationRoutes,
): (request: Request) => Promise<Response> {
  let life = crypto.randomUUID();
  let carrier: CarrierSettings = {};
  const exchanges = createVisitorsLog(sandbox);

  return async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    const call = `${request.method} ${pathname}`;
    if (pathname.startsWith("/sandbox/")) {
      const copy = request.clone();
      if (call === "POST /sandbox/reset") exchanges.forget();
      const response = await sandbox.fetch(request);
      if (response.ok && call === "POST /sandbox/carrier") carrier = await copy.json();
      if (response.ok && call === "POST /sandbox/reset") forget();
      return response;
    }
    if (call === "GET /app/state") return Response.json(await look(request, searchParams), NO_STORE);
    if (call === "GET /app/demonstration" && demonstration !== undefined) return demonstration.look();
    if (request.method !== "POST") return refuse(404, "There is nothing here.");
    // Keeps pages of other origins out: JSON needs a preflight, which is never granted.
    if (!isFromHere(request)) return refuse(403, "Only the page of this address may send this request.");
    if (!/^application\/json *(;|$)/i.test(request.headers.get("content-type") ?? "")) {
      return refuse(415, "The body must be declared application/json.");
    }
    const text = await readBoundedText(request, MAX_REQUEST_BODY_BYTES);
    if (text === undefined) return refuse(413, "The body is larger than 8 KiB.");
    const input = parse(text);
    if (input === undefined) return refuse(400, "The body must be JSON.");
    return demonstration?.act(pathname, input) ?? application.act(request, input);
  };

  async function look(request: Request, query: URLSearchParams): Promise<LiveState> {
    const { challenge, error } = application.look(request);
    const typed = parsePhoneNumber(query.get("number") ?? "", DEFAULT_COUNTRY).number;
    const number = challenge?.number ?? typed ?? null;
    const handset = number === null ? undefined : sandbox.handset(number);
    const faults = await sandbox.fetch("http://sandbox/sandbox/faults");
    return {
      life,
      challenge,
      ...(error !== undefined && { error }),
      handset: {
        number,
        messages: handset?.inbox().slice(-MAX_SHOWN) ?? [],
        calls: handset?.calls().slice(-MAX_SHOWN) ?? [],
      },
      carrier,
      faults: ((await faults.json()) as Pick<LiveState, "faults">).faults,
      demonstration: demonstration?.status() ?? null,
      application: application.exchanges(toSeq(query.get("application"))),
      vonage: exchanges.since(toSeq(query.get("vonage"))),
    };
  }

  function forget(): void {
    life = crypto.randomUUID();
    carrier = {};
    application.forget();
    demonstration?.forget();
  }
}

const NO_STORE = { headers: { "cache-control": "no-store", "x-content-type-options": "nosniff" } };

/** Browsers send the origin of a POST; other callers need not. */
function isFromHere(request: Request): boolean {
  const origin = request.headers.get("origin");
  return origin === null || (URL.canParse(origin) && new URL(origin).host === new URL(request.url).host);
}

function refuse(status: number, detail: string): Response {
  return Response.json({ error: "invalid_request", detail }, { ...NO_STORE, status });
}

function toSeq(text: string | null): number {
  return /^\d{1,15}$/.test(text ?? "") ? Number(text) : 0;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text || "{}");
  } catch {
    return undefined;
  }
}

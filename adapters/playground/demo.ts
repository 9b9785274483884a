// The server of the page: the demo application, the switches of the page, and the sandbox behind them.

import type {
  HandsetCall,
  HandsetMessage,
  Sandbox,
  SandboxExchange,
  SandboxFault,
} from "../../src/sandbox/index.ts";
import { networkOf } from "../../src/sandbox/routing/networks.ts";
import { readBoundedText } from "../../src/shared/bounded-text.ts";
import { parsePhoneNumber } from "../../src/two-factor/numbers/phone-number.ts";
import { MAX_REQUEST_BODY_BYTES } from "../../src/wire/request-parameters.ts";
import { DEFAULT_COUNTRY } from "./actions.ts";
import type { Application, ApplicationAnswer } from "./application.ts";
import type { ApplicationExchange } from "./application-log.ts";
import type { DemonstrationStatus } from "./demonstration/demonstration.ts";
import type { DemonstrationRoutes } from "./demonstration/routes.ts";
import { CROWDS, ROUTER, STAGE_NETWORK } from "./demonstration/world.ts";
import { createReportGate, type HeldReports } from "./report-gate.ts";
import { type ShownRoute, showRoute } from "./shown-route.ts";
import { createSwitches, type SwitchSettings } from "./switches.ts";
import { createTraffic, type TrafficEvent } from "./traffic.ts";

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
  readonly switches: SwitchSettings;
  /** The reports that the switch for reports holds back. */
  readonly held: HeldReports;
  /** The carriers of the number's network; `null` if it has none to choose from. */
  readonly route: ShownRoute | null;
  /** The traffic of many users, and the console's address; `null` without a Worker. */
  readonly demonstration: (DemonstrationStatus & { readonly console: string }) | null;
  readonly traffic: readonly TrafficEvent[];
  /** The faults that have not struck yet. */
  readonly faults: readonly SandboxFault[];
  /** Exchanges after the `seq` that the query names. Those of the demonstration are left out. */
  readonly application: readonly ApplicationExchange[];
  readonly vonage: readonly SandboxExchange[];
  /** The last `seq` of Vonage's exchanges, those of the demonstration included. */
  readonly seen: number;
}

export interface DemoOptions {
  /** @default none */
  readonly demonstration?: DemonstrationRoutes;
  /** @default Date.now */
  readonly now?: () => number;
}

const MAX_SHOWN = 50;

/**
 * Makes the function that answers `/app/…`, and everything else through the sandbox. With a demonstration, also
 * `/app/demonstration…`.
 *
 * `GET /app/state?number=&application=&vonage=` has the number that the visitor typed, and the `seq` of the last
 * exchanges that the page has seen.
 */
export function createDemo(
  sandbox: Sandbox,
  application: Application,
  { demonstration, now = Date.now }: DemoOptions = {},
): (request: Request) => Promise<Response> {
  const gate = createReportGate({ send: sandbox.fetch, now, timeScale: ROUTER.timeScale });
  const switches = createSwitches(sandbox, gate);
  const traffic = createTraffic(sandbox.exchanges, isOfCrowds, STAGE_NETWORK);
  let life = crypto.randomUUID();

  return async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    const call = `${request.method} ${pathname}`;
    await gate.release();
    traffic.sort();
    if (pathname.startsWith("/conversions/")) return takeReport(request);
    if (!pathname.startsWith("/app/")) {
      const response = await sandbox.fetch(request);
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
    if (pathname === "/app/switches") return toAnswer(await switches.set(input));
    return demonstration?.act(pathname, input) ?? application.act(request, input);
  };

  /** While faults are pending, reports go at once, so that the Worker sees how they fail. */
  async function takeReport(request: Request): Promise<Response> {
    const isFaulty = (await listFaults()).some(({ path = "conversions" }) => path === "conversions");
    return isFaulty ? sandbox.fetch(request) : gate.take(request);
  }

  async function look(request: Request, query: URLSearchParams): Promise<LiveState> {
    const { challenge, error } = application.look(request);
    const typed = parsePhoneNumber(query.get("number") ?? "", DEFAULT_COUNTRY).number;
    const number = challenge?.number ?? typed ?? null;
    const handset = number === null ? undefined : sandbox.handset(number);
    const network = number === null ? STAGE_NETWORK : networkOf(number);
    const after = toSeq(query.get("vonage"));
    return {
      life,
      challenge,
      ...(error !== undefined && { error }),
      handset: {
        number,
        messages: handset?.inbox().slice(-MAX_SHOWN) ?? [],
        calls: handset?.calls().slice(-MAX_SHOWN) ?? [],
      },
      switches: switches.settings(),
      held: gate.held(),
      route: showRoute(sandbox.routing(), network, now()),
      demonstration: demonstration?.status() ?? null,
      traffic: network === STAGE_NETWORK ? traffic.events(after) : [],
      faults: await listFaults(),
      application: application.exchanges(toSeq(query.get("application"))),
      vonage: traffic.others(after),
      seen: traffic.last(),
    };
  }

  async function listFaults(): Promise<readonly SandboxFault[]> {
    const answer = await sandbox.fetch("http://sandbox/sandbox/faults");
    return ((await answer.json()) as Pick<LiveState, "faults">).faults;
  }

  function forget(): void {
    life = crypto.randomUUID();
    demonstration?.forget();
    gate.forget();
    switches.forget();
    traffic.forget();
    application.forget();
  }
}

const NO_STORE = { headers: { "cache-control": "no-store", "x-content-type-options": "nosniff" } };

/** Tells whether a number belongs to one of the demonstration's users. */
function isOfCrowds(number: string): boolean {
  return CROWDS.some(({ prefix }) => number.startsWith(prefix));
}

/** Browsers send the origin of a POST; other callers need not. */
function isFromHere(request: Request): boolean {
  const origin = request.headers.get("origin");
  return origin === null || (URL.canParse(origin) && new URL(origin).host === new URL(request.url).host);
}

const toAnswer = (fault: string | undefined): Response =>
  fault === undefined ? Response.json({ ok: true }, NO_STORE) : refuse(400, fault);

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

// Routes a request to one of Vonage's interfaces, applies faults and logs the exchange.

import { toNormalPath } from "../wire/normal-path.ts";
import { CHANNELS } from "../wire/report.ts";
import { readParameters } from "../wire/request-parameters.ts";
import type { SandboxAccount } from "./accounts.ts";
import type { Circumstances, VonageAnswer } from "./answer.ts";
import { createApplicationTokenCheck } from "./application-token.ts";
import { answerCall } from "./calls.ts";
import type { Carrier } from "./carrier.ts";
import { answerConversion, type RecordedReport } from "./conversions.ts";
import { type ExchangeLog, FAULT_NOTE, RECORDED_FAULT_NOTE } from "./exchanges.ts";
import { type ActiveFault, takeFault } from "./faults.ts";
import type { Throttled } from "./limit.ts";
import { SHORT_CODE_API } from "./short-code.ts";
import { answerSms, type TextInterface } from "./sms.ts";
import { SMS_API } from "./sms-api.ts";
import { letsThrough, strike } from "./strike.ts";
import type { Timeline } from "./timeline.ts";

/** The state that all interfaces share. */
export interface ApiState {
  readonly accounts: ReadonlyMap<string, SandboxAccount>;
  readonly faults: ActiveFault[];
  readonly carrier: Carrier;
  readonly exchanges: ExchangeLog;
  readonly rejectionStatus: number;
  /** Counts a request against the current rate limit. */
  readonly refuse: (apiKey: string, now: number) => Throttled | undefined;
  readonly record: (report: RecordedReport) => void;
  readonly timeline: Timeline;
}

/**
 * Makes the function that answers as `api.nexmo.com` and `rest.nexmo.com` do, whatever the host.
 *
 * @returns A function that rejects with a `TypeError`, as fetch does, when a fault breaks the connection.
 */
export function createApi(state: ApiState): (request: Request) => Promise<Response> {
  const { accounts, faults, carrier, exchanges, rejectionStatus, record, timeline } = state;
  const checkToken = createApplicationTokenCheck();
  return async (request) => {
    const { pathname } = new URL(request.url);
    const path = toNormalPath(pathname);
    const channel = CHANNELS.find((one) => path === `/conversions/${one}`);
    if (channel !== undefined) {
      if (request.method !== "POST" && request.method !== "GET") return methodNotAllowed("GET, POST");
      return exchange(request, pathname, takeFault(faults, "conversions", channel), async (met) => {
        const read = await readParameters(request);
        return answerConversion(request, read, channel, rejectionStatus, record, met);
      });
    }
    const isCall = path === "/v1/calls";
    const text = TEXT_INTERFACES.get(path);
    if (!isCall && text === undefined) return new Response("Not Found", { status: 404 });
    if (request.method !== "POST") return methodNotAllowed("POST");
    return exchange(request, pathname, takeFault(faults, isCall ? "calls" : "sms"), async (met) => {
      if (text === undefined) return answerCall(request, checkToken, carrier, met);
      const read = await readParameters(request);
      return answerSms(request.headers.get("authorization"), read, text, carrier, met);
    });
  };

  async function exchange(
    request: Request,
    path: string,
    fault: ActiveFault | undefined,
    toAnswer: (met: Circumstances) => Promise<VonageAnswer>,
  ): Promise<Response> {
    const at = timeline.now();
    const {
      response,
      effect,
      parameters,
      messageIds,
      carrier: chosen,
      note,
    } = await toAnswer({
      accounts,
      refuse: (apiKey) => state.refuse(apiKey, at),
      now: at,
    });
    const isCarriedOut = fault === undefined || letsThrough(fault);
    if (isCarriedOut) effect?.();
    const sent = messageIds !== undefined &&
      isCarriedOut && { messageIds, ...(chosen && { carrier: chosen }) };
    const log = (status: number, what: string | undefined) =>
      exchanges.add({
        ...{ at, from: "client", method: request.method, path, status, parameters, note: what },
        ...sent,
      });
    if (fault === undefined) {
      log(response.status, note);
      return response;
    }
    const struck = fault.recorded ? RECORDED_FAULT_NOTE : FAULT_NOTE;
    try {
      const answer = await strike(fault, response, request.signal, timeline);
      log(answer.status, answer === response ? note : struck);
      return answer;
    } catch (error) {
      log(0, struck);
      throw error;
    }
  }
}

const TEXT_INTERFACES: ReadonlyMap<string, TextInterface> = new Map([
  ["/sms/json", SMS_API],
  ["/sc/us/2fa/json", SHORT_CODE_API],
]);

function methodNotAllowed(allow: string): Response {
  return new Response("Method Not Allowed", { status: 405, headers: { allow } });
}

// Turns exchanges into rows of the timeline: sender, recipient and a short sentence. Pure functions.

import { FAULT_NOTE, RECORDED_FAULT_NOTE, type SandboxExchange } from "../../../src/sandbox/exchanges.ts";
import type { ApplicationExchange } from "../application-log.ts";

/** One row of the timeline. */
export interface TimelineEvent {
  readonly key: string;
  /** ISO 8601. */
  readonly at: string;
  readonly from: Actor;
  readonly to: Actor;
  readonly method: string;
  readonly path: string;
  /** The status of the answer; 0 if there was none. */
  readonly status: number;
  readonly sentence: string;
  /** The outcome of a report that the Conversion API has recorded. */
  readonly recorded?: boolean;
  /** `true` for a report, recorded or not. */
  readonly isReport: boolean;
  readonly isFailure: boolean;
  /** The fields to show on demand, by heading. */
  readonly details: readonly (readonly [heading: string, fields: Readonly<Record<string, unknown>>])[];
}

export type Actor = "Application" | "Worker" | "Vonage";

type Fields = Readonly<Record<string, unknown>>;

const CHANNELS: Readonly<Record<string, string>> = { sms: "by text", voice: "by call" };

/** Describes an exchange between the application and the Worker. */
export function fromApplication(exchange: ApplicationExchange): TimelineEvent {
  const { seq, at, method, path, status, duration, request, answer } = exchange;
  const asked = toFields(request);
  const answered = toFields(answer);
  const details: [string, Fields][] = [["Exchange", { path, milliseconds: duration }]];
  if (Object.keys(asked).length > 0) details.unshift(["Request", asked]);
  if (Object.keys(answered).length > 0) details.splice(-1, 0, ["Answer", answered]);
  return {
    key: `application ${seq}`,
    at,
    from: "Application",
    to: "Worker",
    method,
    path,
    status,
    sentence: describeApplication(method, path, status, asked, answered),
    isReport: false,
    isFailure: status === 0 || status >= 400,
    details,
  };
}

function describeApplication(
  method: string,
  path: string,
  status: number,
  asked: Fields,
  answer: Fields,
): string {
  const what = describeCall(method, path, asked, answer);
  if (status === 0) return `${what}: no answer`;
  if (status < 400) return what;
  const { attemptsLeft } = answer;
  const left = typeof attemptsLeft === "number" ? `; attempts left: ${attemptsLeft}` : "";
  return `${what}: ${lowerFirst(String(answer.title ?? "refused"))}${left}`;
}

function describeCall(method: string, path: string, asked: Fields, answer: Fields): string {
  const by = CHANNELS[String(asked.channel)];
  if (path === "/2fa") return `asks for a code ${by ?? ""}`.trim();
  if (path.endsWith("/check"))
    return answer.verified === true ? "checks the code: verified" : "checks a code";
  if (path.endsWith("/resend")) return `asks for another code ${by ?? ""}`.trim();
  if (method === "DELETE") return "cancels";
  return `asks for the state: ${String(answer.state ?? "unknown")}`;
}

/** Describes a request that Vonage received, or a webhook that it sent. */
export function fromVonage(exchange: SandboxExchange): TimelineEvent {
  const { seq, at, from, method, path, status, parameters, note, carrier } = exchange;
  const isReport = path.startsWith("/conversions/");
  const fromVonage = from === "vonage";
  const isFailure =
    status === 0 || status >= 400 || (!!note && (note.startsWith(FAULT_NOTE) || /^status [1-9]/.test(note)));
  const isDone = !isFailure || note === RECORDED_FAULT_NOTE;
  const ends: readonly [Actor, Actor] = fromVonage ? ["Vonage", "Worker"] : ["Worker", "Vonage"];
  return {
    key: `vonage ${seq}`,
    at,
    from: ends[0],
    to: ends[1],
    method,
    path,
    status,
    sentence: describeVonage(path, status, parameters, note, isFailure, isDone, carrier),
    ...(isReport && isDone && { recorded: parameters.delivered === "true" }),
    isReport,
    isFailure,
    details: [["Parameters", parameters], ...(note ? ([["Vonage", { note }]] as const) : [])],
  };
}

function describeVonage(
  path: string,
  status: number,
  parameters: Readonly<Record<string, string>>,
  note: string | undefined,
  isFailure: boolean,
  isDone: boolean,
  carrier: string | undefined,
): string {
  const answer = status === 0 ? "no answer" : (note ?? `answered ${status}`);
  const failed = isFailure ? ` (${answer})` : "";
  const id = parameters["message-id"] ?? parameters.messageId ?? "";
  if (path.startsWith("/conversions/")) {
    const report = `delivered=${parameters.delivered} for ${id}`;
    return isDone ? `Conversion API recorded: ${report}${failed}` : `reports ${report}${failed}`;
  }
  if (path === "/sms/json" || path === "/sc/us/2fa/json")
    return `sends the text${carrier === undefined ? "" : ` over ${carrier}`}${failed}`;
  if (path === "/v1/calls") return `places the call${failed}`;
  if (path.endsWith("/delivery-receipt")) return `receipt: ${parameters.status} for ${id}${failed}`;
  if (path.endsWith("/inbound-sms")) return `the user replied: ${parameters.text}${failed}`;
  return answer;
}

const toFields = (value: unknown): Fields =>
  typeof value === "object" && value !== null ? { ...value } : {};

const lowerFirst = (text: string) => text.slice(0, 1).toLowerCase() + text.slice(1);

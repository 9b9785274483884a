// The common part of the SMS API and the US short code API. They differ only in the parameters of a message.

import type { DecodedParameters, Parameters } from "../wire/parameters.ts";
import type { Unreadable } from "../wire/request-parameters.ts";
import type { AcceptedText } from "./accepted-text.ts";
import { findAccount, type SandboxAccount } from "./accounts.ts";
import type { Circumstances, VonageAnswer } from "./answer.ts";
import type { Carrier } from "./carrier.ts";
import { confirmSms, createMessageId, describeRefusal, refuseSms, type SmsRefusal } from "./sms-answer.ts";

/** The content of a message's own parameters. */
export interface ParsedText extends Omit<AcceptedText, "account" | "messageIds"> {
  /** Number of messages needed. */
  readonly parts: number;
}

/** An interface that sends texts. */
export interface TextInterface {
  /** The names of a message's own parameters; others are refused. */
  readonly known: readonly string[];
  /** Strictly reads a message. Returns it, or the reason for the refusal. */
  readonly parse: (parameters: Parameters) => ParsedText | SmsRefusal;
}

/** Authentication parameters, allowed with any message. */
const AUTHENTICATION = ["api_key", "api_secret", "sig", "timestamp", "nonce"];

/** Authenticates and strictly validates a request, then answers it. Errors are HTTP 200 too, as with Vonage. */
export async function answerSms(
  authorization: string | null,
  read: DecodedParameters | Unreadable,
  { known, parse }: TextInterface,
  carrier: Carrier,
  { accounts, refuse, now }: Circumstances,
): Promise<VonageAnswer> {
  const parameters: Parameters = typeof read === "string" ? new Map() : read.parameters;
  const decline = (refusal: SmsRefusal): VonageAnswer => ({
    response: refuseSms(refusal),
    parameters,
    note: `status ${refusal.status}: ${describeRefusal(refusal)}`,
  });
  if (read === "too_large") return decline({ status: "12", detail: "the request is larger than 8 KiB" });
  if (typeof read === "string") return decline({ status: "3", detail: `the request is ${read}` });
  if (read.unread === "body") return decline({ status: "3", detail: "the request is malformed" });
  const account = await authenticate(authorization, parameters, accounts, now);
  if ("status" in account) return decline(account);
  const refused = refuse(account.apiKey);
  if (refused !== undefined) return decline({ status: "1", wait: refused.wait });
  const allowed = [...AUTHENTICATION, ...known];
  const faults = [
    ...read.faults,
    ...[...parameters.keys()]
      .filter((name) => !allowed.includes(name))
      .map((name) => ({ parameter: /^[\w.-]{1,40}$/.test(name) ? name : "a name", detail: "is not known" })),
  ];
  if (faults.length > 0) {
    return decline({
      status: "3",
      detail: faults.map(({ parameter, detail }) => `${parameter} ${detail}`).join("; "),
    });
  }
  const parsed = parse(parameters);
  if ("status" in parsed) return decline(parsed);
  const wait = carrier.throttle(parsed.from, now);
  if (wait !== undefined) return decline({ status: "1", wait });

  const { parts, ...text } = parsed;
  const messageIds = Array.from({ length: parts }, createMessageId);
  const way = carrier.route("sms", text.to);
  const { price, networkCode } = way;
  return {
    response: confirmSms({ ...text, messageIds, price, networkCode }),
    effect: () => carrier.deliver({ ...text, account, messageIds }, way),
    parameters,
    messageIds,
    ...(way.routed && { carrier: way.routed.carrier.name }),
    note: `status 0: ${messageIds.length === 1 ? "one message" : `${messageIds.length} parts`}`,
  };
}

async function authenticate(
  authorization: string | null,
  parameters: Parameters,
  accounts: ReadonlyMap<string, SandboxAccount>,
  now: number,
): Promise<SandboxAccount | SmsRefusal> {
  if (authorization === null) {
    if (!parameters.has("api_key")) return { status: "2", detail: "api_key" };
    if (parameters.has("api_secret") && parameters.has("sig")) return { status: "32" };
    if (!parameters.has("api_secret") && !parameters.has("sig")) {
      return { status: "2", detail: "api_secret or sig" };
    }
    // The Conversion API also accepts a report's own time here; the SMS API does not.
    const inSeconds = /^\d+$/.test(parameters.get("timestamp") ?? "");
    if (parameters.has("sig") && !inSeconds) return { status: "14", detail: "timestamp is not UNIX seconds" };
  }
  const found = await findAccount(accounts, authorization, parameters, now);
  if (found !== undefined) return found.account;
  const knownKey = authorization === null && accounts.has(parameters.get("api_key") ?? "");
  return { status: knownKey && parameters.has("sig") ? "14" : "4" };
}

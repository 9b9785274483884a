// POST /sms/json: the parameters of the SMS API, from its published description (1.2.0), and those that SDKs of several
// generations send in addition.

import type { Parameters } from "../wire/parameters.ts";
import type { ParsedText, TextInterface } from "./sms.ts";
import { refuse, type SmsRefusal } from "./sms-answer.ts";
import { CONTENT_PARAMETERS, parseContent } from "./sms-content.ts";
import { isWebhookUrl } from "./webhook-settings.ts";

/** Vonage's default lifetime of a message: three days. */
export const DEFAULT_TTL_MS = 259_200_000;

const MOST_CALLBACK_CHARACTERS = 100;

/** Optional parameters without an effect in the sandbox: each with its pattern and its rule in words. */
const RULES: Readonly<Record<string, readonly [pattern: RegExp, rule: string]>> = {
  "status-report-req": [/^(?:true|false|[01])$/i, "must be 1 or 0"],
  "client-ref": [/^.{0,100}$/su, "must have up to 100 characters"],
  "account-ref": [/^\P{Cc}{1,100}$/u, "must have 1 to 100 characters"],
  "message-class": [/^[0-3]$/, "must be 0, 1, 2 or 3"],
  "protocol-id": [/^(?:\d{1,2}|1\d\d|2[0-4]\d|25[0-5])$/, "must be from 0 to 255"],
  // Registered ids, required by some countries; 19 digits in India.
  "entity-id": [/^[\w.-]{1,50}$/, "must have 1 to 50 letters and digits"],
  "content-id": [/^[\w.-]{1,50}$/, "must have 1 to 50 letters and digits"],
  // Bypasses Fraud Defender. The SDK for Python uses the second name.
  "trusted-number": [/^(?:true|false|[01])$/i, "must be true or false"],
  trusted_sender: [/^(?:true|false|[01])$/i, "must be true or false"],
};

export const SMS_API: TextInterface = {
  known: ["from", "to", "ttl", "callback", ...CONTENT_PARAMETERS, ...Object.keys(RULES)],
  parse,
};

function parse(parameters: Parameters): ParsedText | SmsRefusal {
  const hasContent = parameters.has("type") || parameters.get("text");
  const missing = ["from", "to"].filter((name) => !parameters.get(name));
  if (!hasContent) missing.push("text");
  if (missing.length > 0) return refuse("2", missing.join(", "));
  const { from = "", to = "", callback, "client-ref": clientRef } = Object.fromEntries(parameters);
  if (!/^(?:\d{3,15}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11})$/.test(from)) {
    return refuse("15", "from must be a number, or a name of up to 11 letters and digits");
  }
  if (!/^[1-9]\d{6,14}$/.test(to)) return refuse("3", "to must be 7 to 15 digits without +");
  const content = parseContent(parameters);
  if ("status" in content) return content;
  const ttl = parameters.get("ttl") ?? String(DEFAULT_TTL_MS);
  if (!/^\d{5,9}$/.test(ttl) || Number(ttl) < 20_000 || Number(ttl) > 604_800_000) {
    return refuse("3", "ttl must be from 20000 to 604800000 ms");
  }
  for (const [name, [pattern, rule]] of Object.entries(RULES)) {
    const value = parameters.get(name);
    if (value !== undefined && !pattern.test(value)) return refuse("3", `${name} ${rule}`);
  }
  if (callback !== undefined && !(isWebhookUrl(callback) && callback.length <= MOST_CALLBACK_CHARACTERS)) {
    return refuse(
      "23",
      `callback must be an http or https URL of up to ${MOST_CALLBACK_CHARACTERS} characters`,
    );
  }
  return {
    ...content,
    from,
    to,
    ttl: Number(ttl),
    wantsReceipt: /^(?:true|1)$/i.test(parameters.get("status-report-req") ?? "1"),
    callback,
    clientRef,
  };
}

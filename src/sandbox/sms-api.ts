// POST /sms/json: the parameters of the SMS API.

import type { Parameters } from "../parameters.ts";
import type { ParsedText, TextInterface } from "./sms.ts";
import { refuse, type SmsRefusal } from "./sms-answer.ts";
import { toGsm } from "./text-parts.ts";
import { isWebhookUrl } from "./webhooks.ts";

/** What Vonage gives a message where its sender says nothing: three days. */
export const DEFAULT_TTL_MS = 259_200_000;

const TYPES = ["text", "unicode"];
const MOST_CHARACTERS = 3200;
const MOST_CALLBACK_CHARACTERS = 100;

/** In type `text` what the GSM alphabet does not have arrives as "?". */
export const SMS_API: TextInterface = {
  known: ["from", "to", "text", "type", "ttl", "status-report-req", "callback", "client-ref"],
  parse,
};

function parse(parameters: Parameters): ParsedText | SmsRefusal {
  const missing = ["from", "to", "text"].filter((name) => !parameters.get(name));
  if (missing.length > 0) return refuse("2", missing.join(", "));
  const { from = "", to = "", text = "", callback, "client-ref": clientRef } = Object.fromEntries(parameters);
  if (!/^(?:\d{3,15}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11})$/.test(from)) {
    return refuse("15", "from must be a number, or a name of up to 11 letters and digits");
  }
  if (!/^[1-9]\d{6,14}$/.test(to)) return refuse("3", "to must be 7 to 15 digits without +");
  if (text.length > MOST_CHARACTERS) return refuse("12", `text has over ${MOST_CHARACTERS} characters`);
  const type = parameters.get("type") ?? "text";
  if (!TYPES.includes(type)) return refuse("3", `type must be one of ${TYPES.join(", ")}`);
  const ttl = parameters.get("ttl") ?? String(DEFAULT_TTL_MS);
  if (!/^\d{5,9}$/.test(ttl) || Number(ttl) < 20_000 || Number(ttl) > 604_800_000) {
    return refuse("3", "ttl must be from 20000 to 604800000 ms");
  }
  const report = parameters.get("status-report-req") ?? "1";
  if (!/^(?:true|false|[01])$/i.test(report)) return refuse("3", "status-report-req must be 1 or 0");
  if (callback !== undefined && !(isWebhookUrl(callback) && callback.length <= MOST_CALLBACK_CHARACTERS)) {
    return refuse(
      "23",
      `callback must be an http or https URL of up to ${MOST_CALLBACK_CHARACTERS} characters`,
    );
  }
  if ((clientRef?.length ?? 0) > 40) return refuse("3", "client-ref must have up to 40 characters");
  return {
    from,
    to,
    text: type === "text" ? toGsm(text) : text,
    encoding: type === "text" ? "gsm" : "unicode",
    ttl: Number(ttl),
    wantsReceipt: /^(?:true|1)$/i.test(report),
    callback,
    clientRef,
  };
}

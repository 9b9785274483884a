// POST /sc/us/2fa/json: the US short code 2FA API, for which Vonage writes the text.

import type { Parameters } from "../wire/parameters.ts";
import type { ParsedText, TextInterface } from "./sms.ts";
import { refuse, type SmsRefusal } from "./sms-answer.ts";
import { DEFAULT_TTL_MS } from "./sms-api.ts";

/** The short code that sends these texts and receives replies. */
export const SANDBOX_SHORT_CODE = "24680";

export const SHORT_CODE_API: TextInterface = { known: ["to", "pin", "client-ref"], parse };

function parse(parameters: Parameters): ParsedText | SmsRefusal {
  const missing = ["to", "pin"].filter((name) => !parameters.get(name));
  if (missing.length > 0) return refuse("2", missing.join(", "));
  const { to = "", pin = "", "client-ref": clientRef } = Object.fromEntries(parameters);
  // Any number of the North American Numbering Plan. The sandbox does not check the country of the area code.
  if (!/^1[2-9]\d{2}[2-9]\d{6}$/.test(to)) return refuse("3", "to must be a US or Canadian number without +");
  if (!/^\d{1,10}$/.test(pin)) return refuse("3", "pin must be 1 to 10 digits");
  if ((clientRef?.length ?? 0) > 40) return refuse("3", "client-ref must have up to 40 characters");
  return {
    from: SANDBOX_SHORT_CODE,
    to,
    text: `${pin} is your PIN code.`,
    parts: 1,
    ttl: DEFAULT_TTL_MS,
    wantsReceipt: true,
    clientRef,
  };
}

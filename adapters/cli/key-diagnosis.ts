import type { DoctorAnswer } from "./answers.ts";
import { type Finding, finding } from "./finding.ts";

/** Alternatives to a way of sending reports that Vonage refuses, the best first. */
const OTHER_WAYS: Readonly<Record<string, readonly string[]>> = {
  basic: ["basic-query", "query"],
  "basic-query": ["basic", "query"],
  form: ["query"],
};

/** Judges the API key of one traffic. */
export function ofKey(
  traffic: string,
  { verdict, reason, status, via = "" }: DoctorAnswer["keys"][string],
): Finding {
  const prefix = `VONAGE_${traffic.toUpperCase()}`;
  switch (verdict) {
    case "accepted":
      return finding("ok", `Vonage accepts the API key for ${traffic} traffic.`);
    case "unauthorized":
      return finding(
        "problem",
        `Vonage refused the API key or secret for ${traffic} traffic: check ${prefix}_API_KEY and ` +
          `${prefix}_API_SECRET (or ${prefix}_SIGNATURE_SECRET and ${prefix}_SIGNATURE_METHOD).`,
        [
          `If all of these are right and you use a signature, set ${prefix}_VIA to query: Vonage may not read forms.`,
        ],
        "upstream-unauthorized",
      );
    case "rejected": {
      const ways = OTHER_WAYS[via] ?? ["basic-query", "basic"];
      return finding(
        "problem",
        `Vonage knows the API key for ${traffic} traffic, but refuses the way reports are sent ` +
          `(${status ?? "rejected"}${via && ` to ${via}`}): set ${prefix}_VIA to ${ways.join(", then to ")}, ` +
          "and run this again.",
        ["Until then, Vonage refuses every report of this traffic, and the reports become dead."],
        "upstream-rejected",
      );
    }
    case "not_enabled":
      return finding(
        "problem",
        `The Conversion API is not enabled for the key for ${traffic} traffic: ask Vonage support to enable it.`,
        [],
        "upstream-not-enabled",
      );
    default:
      return finding(
        "problem",
        `It is unknown if Vonage accepts the API key for ${traffic} traffic ` +
          `(${reason ?? verdict}): ${reason === "unexpected_response" ? "check VONAGE_BASE_URL" : "try again in a minute"}.`,
        [],
        reason === "unexpected_response" ? "upstream-unexpected" : "upstream-unavailable",
      );
  }
}

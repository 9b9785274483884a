// Origins are compared letter by letter with what browsers send, so any other spelling is refused: it would never match.

import * as v from "valibot";
import { field } from "../../src/shared/validation.ts";

/** `https://shop.example`, or the origin of an app with its own scheme: `capacitor://localhost`. */
const LIKE_AN_ORIGIN = /^[a-z][a-z\d+.-]{0,60}:\/\/[^\s@]{0,300}$/i;

/** Pages with these schemes send `Origin: null`, as every sandboxed frame does. */
const WITHOUT_ORIGIN = /^(file|data|blob|about|javascript):/i;

/** An origin, or `*`. */
export const allowedOriginSchema = v.pipe(
  field<string>(
    'an origin such as https://shop.example, or "*"',
    (value) => value === "*" || (typeof value === "string" && LIKE_AN_ORIGIN.test(value)),
  ),
  v.check(
    (origin) => origin === "*" || explain(origin) === undefined,
    ({ input }) => explain(input) ?? "",
  ),
);

/** The first rule that an origin breaks. */
function explain(origin: string): string | undefined {
  if (WITHOUT_ORIGIN.test(origin))
    return "must be an origin that browsers send: pages of this scheme send null, which only * allows";
  if (origin.includes("*"))
    return "must not contain a wildcard, which never matches: name each origin, or use * alone for all";
  const [scheme = "", host = ""] = origin.split("://");
  if (/[/?#\\]/.test(host)) return "must end after the host, without a slash, a path or a query";
  if (host === "") return "must name a host";
  if (origin !== origin.toLowerCase()) return "must be in lower case, as browsers send it";
  if (!URL.canParse(origin)) return "must be an origin that browsers can send";
  // For schemes that URL does not know, `origin` is "null".
  const isWeb = scheme === "http" || scheme === "https";
  return isWeb && new URL(origin).origin !== origin
    ? "must be spelled as browsers send it: without the default port, and with non-ASCII letters in punycode (xn--)"
    : undefined;
}

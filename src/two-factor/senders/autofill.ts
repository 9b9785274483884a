// The last lines of a text that let a phone fill the code in: the domain-bound line that iOS and the WebOTP API read
// (WICG, "Origin-bound one-time codes delivered via SMS": `@example.com #123456`), and the hash of an Android app that
// reads with the SMS Retriever API.

import * as v from "valibot";
import { field, text } from "../../shared/validation.ts";

/** What makes a text fill itself in. */
export interface Autofill {
  /** The page's origin; its host is what goes into the text. */
  readonly origin?: string | undefined;
  /** The app's hash: 11 characters of Base64. */
  readonly androidAppHash?: string | undefined;
}

/**
 * A page's origin, in ASCII. The format knows hosts alone, and means https on its own port: an origin with another
 * port would never match. Browsers take `localhost` for development, over http and on any port.
 */
export const originText = v.pipe(
  field<string>("an https origin such as https://shop.example, without port and path", isOrigin),
  v.transform((origin) => new URL(origin).origin),
);

export const androidAppHashText = text("11 characters of Base64", /^[A-Za-z\d+/]{11}$/);

/**
 * The text with the lines that are asked for. The domain-bound line must be the last one, and iOS reads no other; for
 * the hash it is enough to be in the text.
 */
export function addAutofill(body: string, code: string, { origin, androidAppHash }: Autofill): string {
  const lines = [
    ...(androidAppHash === undefined ? [] : [androidAppHash]),
    ...(origin === undefined ? [] : [`@${new URL(origin).hostname} #${code}`]),
  ];
  return lines.length === 0 ? body : `${body}\n\n${lines.join("\n")}`;
}

/** Labels of letters, digits and hyphens, the last of them no number: neither an address nor a bare name. */
const HOST = /^(?=.{1,253}$)([a-z\d]([a-z\d-]{0,61}[a-z\d])?\.)+(?!\d+$)[a-z\d-]{2,63}$/;

function isOrigin(value: unknown): boolean {
  if (typeof value !== "string" || value.length > 300 || !URL.canParse(value)) return false;
  // As it was written: a URL parser would take "https:shop.example" and "https://shop.example/?" as well.
  if (!/^https?:\/\/[^/?#@\\\s]+$/i.test(value)) return false;
  const { protocol, hostname, port } = new URL(value);
  if (/^(.+\.)?localhost$/.test(hostname)) return true;
  return protocol === "https:" && port === "" && HOST.test(hostname);
}

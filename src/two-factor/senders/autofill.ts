// The last lines of a text, which let a phone fill in the code: the hash of an Android app that reads it with the SMS
// Retriever API, and the domain-bound line for iOS and the WebOTP API (WICG, "Origin-bound one-time codes delivered via
// SMS": `@example.com #123456`).

import * as v from "valibot";
import { field, text } from "../../shared/validation.ts";

export interface Autofill {
  /** The page's origin. The text contains its host. */
  readonly origin?: string | undefined;
  /** The app's hash: 11 characters of Base64. */
  readonly androidAppHash?: string | undefined;
}

/**
 * A page's origin, in ASCII. The format contains only a host and implies https on its default port, so an origin with
 * another port would never match. For development, browsers accept `localhost` over http and on any port.
 */
export const originText = v.pipe(
  field<string>("an https origin such as https://shop.example, without port and path", isOrigin),
  v.transform((origin) => new URL(origin).origin),
);

export const androidAppHashText = text("11 characters of Base64", /^[A-Za-z\d+/]{11}$/);

/** Adds the lines to a text. iOS reads only the last line; the hash may stand anywhere. */
export function addAutofill(body: string, code: string, { origin, androidAppHash }: Autofill): string {
  const lines = [
    ...(androidAppHash === undefined ? [] : [androidAppHash]),
    ...(origin === undefined ? [] : [`@${new URL(origin).hostname} #${code}`]),
  ];
  return lines.length === 0 ? body : `${body}\n\n${lines.join("\n")}`;
}

/** A domain name of at least two labels, the last of them not a number: no IP address and no bare name. */
const HOST = /^(?=.{1,253}$)([a-z\d]([a-z\d-]{0,61}[a-z\d])?\.)+(?!\d+$)[a-z\d-]{2,63}$/;

function isOrigin(value: unknown): boolean {
  if (typeof value !== "string" || value.length > 300 || !URL.canParse(value)) return false;
  // Checked as written: a URL parser would also accept "https:shop.example" and "https://shop.example/?".
  if (!/^https?:\/\/[^/?#@\\\s]+$/i.test(value)) return false;
  const { protocol, hostname, port } = new URL(value);
  if (/^(.+\.)?localhost$/.test(hostname)) return true;
  return protocol === "https:" && port === "" && HOST.test(hostname);
}

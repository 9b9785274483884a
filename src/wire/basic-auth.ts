// The Basic scheme (RFC 7617) over UTF-8; btoa and atob alone only handle Latin-1.

import { toBytes } from "../shared/binary-string.ts";

/** The value of an `Authorization` header. */
export function encodeBasic(user: string, password: string): string {
  return `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(`${user}:${password}`)))}`;
}

/** User and password of an `Authorization` header; `undefined` when it is another scheme or not well-formed. */
export function decodeBasic(
  header: string,
): { readonly user: string; readonly password: string } | undefined {
  const encoded = /^Basic +([\w+/]+=*)$/i.exec(header)?.[1];
  if (encoded === undefined) return undefined;
  try {
    const binary = atob(encoded);
    // Mostly it is ASCII, and then the same in UTF-8.
    const text = /[^\0-\x7f]/.test(binary) ? new TextDecoder().decode(toBytes(binary)) : binary;
    const colon = text.indexOf(":");
    return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
  } catch {
    return undefined;
  }
}

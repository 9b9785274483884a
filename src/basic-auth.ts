// The Basic scheme (RFC 7617) over UTF-8: btoa and atob alone know Latin-1 only.

const utf8 = /* @__PURE__ */ new TextDecoder();

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
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
    const [, user, password] = /^([^:]*):(.*)$/s.exec(utf8.decode(bytes)) ?? [];
    return user === undefined || password === undefined ? undefined : { user, password };
  } catch {
    return undefined;
  }
}

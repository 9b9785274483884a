// Reads the address of the client. Cloudflare puts it into a header; workerd itself knows only the other end of the
// connection, which may be a reverse proxy.

/**
 * Reads the client's address.
 *
 * @param header The header that a reverse proxy adds the address to. Only its last address counts: clients may have sent
 * the others. Without it, or without a header in the request, the address is that of the connection.
 */
export function readClientAddress(request: Request, header: string | undefined): string | undefined {
  const forwarded = header ? request.headers.get(header)?.split(",").at(-1)?.trim() : undefined;
  if (forwarded) return forwarded;
  const { clientIp } = (request as { readonly cf?: { readonly clientIp?: unknown } }).cf ?? {};
  return typeof clientIp === "string" ? withoutPort(clientIp) : undefined;
}

/** `203.0.113.7:4711` and `[2001:db8::7]:4711`. */
const withoutPort = (address: string): string =>
  /^\[(.+)\](?::\d+)?$|^([^:]+)(?::\d+)?$/.exec(address)?.slice(1).find(Boolean) ?? address;

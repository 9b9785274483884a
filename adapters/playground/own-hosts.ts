// The playground answers only to its own host names. Otherwise any web page could point a host name at 127.0.0.1 (DNS
// rebinding) and control the playground from its visitors' browsers, as if it were of the same origin.

const OWN: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * Refuses a request for a host name that is not the playground's.
 *
 * @param more Further host names, without port: other containers call this one by such a name.
 * @returns A 421, or `undefined` if the request is accepted.
 */
export function refuseForeignHost(request: Request, more: readonly string[] = []): Response | undefined {
  const { hostname, protocol } = new URL(request.url);
  const header = request.headers.get("host");
  const names = [hostname, ...(header === null ? [] : [toName(header, protocol)])];
  if (names.every((name) => name !== undefined && (OWN.has(name) || more.includes(name)))) return undefined;
  const error =
    "This sandbox answers only to localhost, 127.0.0.1 and [::1]. To use another name, start it with --allow-host NAME, without the port (PLAYGROUND_HOSTS).";
  return Response.json({ error }, { status: 421, headers: { "cache-control": "no-store" } });
}

/** Parses the setting: names separated by commas or white space. */
export const toHosts = (setting = ""): string[] =>
  setting
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((name) => name !== "");

function toName(host: string, protocol: string): string | undefined {
  const url = `${protocol}//${host}/`;
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}

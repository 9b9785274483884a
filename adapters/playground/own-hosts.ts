// The playground answers to its own names only. Otherwise any web page could point a name of its own at 127.0.0.1 (DNS
// rebinding), and its visitors' browsers would let it drive the playground as if it came from here.

const OWN: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * Refuses a request that is addressed to a name which is not the playground's.
 *
 * @param more Further host names, without port; for containers, whose neighbours call them by another name.
 * @returns 421, or `undefined`: it may go on.
 */
export function refuseForeignHost(request: Request, more: readonly string[] = []): Response | undefined {
  const { hostname, protocol } = new URL(request.url);
  const header = request.headers.get("host");
  const names = [hostname, ...(header === null ? [] : [toName(header, protocol)])];
  if (names.every((name) => name !== undefined && (OWN.has(name) || more.includes(name)))) return undefined;
  const error =
    "This playground answers to localhost, 127.0.0.1 and [::1] only. To reach it by another name, set PLAYGROUND_HOSTS to that name, without port.";
  return Response.json({ error }, { status: 421, headers: { "cache-control": "no-store" } });
}

/** From the setting: names separated by commas or white space. */
export const toHosts = (setting = ""): string[] =>
  setting
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((name) => name !== "");

function toName(host: string, protocol: string): string | undefined {
  const url = `${protocol}//${host}/`;
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}

// Normalises client addresses for rate limits.

/** An address has at most 45 characters (RFC 4291, 2.2); a zone adds the name of an interface. */
const LONGEST = 100;

/** Decimal without leading zeros: some parsers read "010" as 8. */
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
const GROUP = /^[\da-f]{1,4}$/i;
const GROUPS = 8;

/**
 * Returns the network that an address belongs to: for IPv4 the address itself, for IPv6 its /64, since a subscriber has
 * at least a /64 and can use any address in it. An IPv4-mapped address (`::ffff:192.0.2.1`), as dual-stack sockets write
 * it, counts as IPv4. A zone (`fe80::1%eth0`) is dropped.
 *
 * @param address An address without port and brackets, as in `CF-Connecting-IP` or from a socket.
 * @returns Canonical text (RFC 5952), the same for every spelling; `undefined` if it is not an address.
 *
 * @example
 * toNetwork("192.0.2.1"); // "192.0.2.1"
 * toNetwork("2001:DB8:0:7::1"); // "2001:db8:0:7::/64"
 */
export function toNetwork(address: string): string | undefined {
  if (address.length > LONGEST) return undefined;
  if (IPV4.test(address)) return address;
  const groups = readIpv6Groups(address.replace(/(?<=[\da-f:])%[\w.~-]+$/i, ""));
  if (groups === undefined) return undefined;
  const [, , , , , marker, high = 0, low = 0] = groups;
  const isMapped = marker === 0xffff && groups.slice(0, 5).every((group) => group === 0);
  if (isMapped) return [high >> 8, high & 0xff, low >> 8, low & 0xff].join(".");
  const network = groups.slice(0, GROUPS / 2).map((group) => group.toString(16));
  // The last four groups are zero, so they belong to the longest run of zeros, the only one to shorten.
  while (network.at(-1) === "0") network.pop();
  return `${network.join(":")}::/64`;
}

/** Reads the eight groups of an IPv6 address; `undefined` if it is none. */
export function readIpv6Groups(address: string): number[] | undefined {
  const gap = address.indexOf("::");
  if (gap < 0) {
    const groups = toGroups(address, true);
    return groups?.length === GROUPS ? groups : undefined;
  }
  const before = toGroups(address.slice(0, gap), false);
  const after = toGroups(address.slice(gap + 2), true);
  if (before === undefined || after === undefined) return undefined;
  // "::" stands for at least one group.
  const missing = GROUPS - before.length - after.length;
  return missing < 1 ? undefined : [...before, ...Array<number>(missing).fill(0), ...after];
}

/** @param isLast `true` if the address ends here: its last two groups may then be an IPv4 address. */
function toGroups(text: string, isLast: boolean): number[] | undefined {
  if (text === "") return [];
  const parts = text.split(":");
  const last = text.slice(text.lastIndexOf(":") + 1);
  const quad = isLast && IPV4.test(last) ? last.split(".").map(Number) : [];
  const [a = 0, b = 0, c = 0, d = 0] = quad;
  const hex = quad.length > 0 ? parts.slice(0, -1) : parts;
  if (!hex.every((part) => GROUP.test(part))) return undefined;
  const groups = hex.map((part) => Number.parseInt(part, 16));
  return quad.length > 0 ? [...groups, (a << 8) | b, (c << 8) | d] : groups;
}

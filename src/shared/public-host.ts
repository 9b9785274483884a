// Guards requests to an address that an operator types in: it must lead to the public internet, never into a private
// network or to a cloud's metadata service.

import { readIpv6Groups } from "./ip-address.ts";

/** Ranges of IPv4 that are not globally reachable (IANA IPv4 Special-Purpose Address Registry), and multicast. */
const CLOSED_IPV4: readonly (readonly [address: string, bits: number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.31.196.0", 24],
  ["192.52.193.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["192.175.48.0", 24],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
];

/**
 * Names that are private by definition: RFC 6761 and 6762, RFC 8375, ICANN's `.internal`, RFC 9476's `.alt`, and what
 * home routers and companies use.
 */
const PRIVATE_NAME =
  /(?:^|\.)(?:localhost|localdomain|local|internal|intranet|private|corp|home|lan|home\.arpa|arpa|test|invalid|example|onion|alt)$/;

/** Public names whose purpose is to lead to a loopback or private address. */
const LEADS_INSIDE =
  /(?:^|\.)(?:nip\.io|sslip\.io|xip\.io|localtest\.me|lvh\.me|vcap\.me|lacolhost\.com|yoogle\.com|local\.gd|localho\.st)$/;

/**
 * Tells whether a host is a public one. Names are judged by their text alone, since the platform resolves them.
 *
 * @param hostname `URL.hostname`: the URL standard has turned every spelling of an IPv4 address (octal, hexadecimal, one
 * number) into four decimal numbers, and an IPv6 address stands in brackets.
 *
 * @example
 * isPublicHost(new URL("https://0x7f.1/").hostname); // false
 */
export function isPublicHost(hostname: string): boolean {
  if (hostname.startsWith("[")) return isPublicIpv6(hostname.slice(1, -1));
  const name = hostname.toLowerCase().split(".").filter(Boolean).join(".");
  if (/^\d+(?:\.\d+){3}$/.test(name)) return isPublicIpv4(toNumber(name));
  return name.includes(".") && !PRIVATE_NAME.test(name) && !LEADS_INSIDE.test(name);
}

function isPublicIpv4(address: number): boolean {
  return CLOSED_IPV4.every(([first, bits]) => {
    const size = 2 ** (32 - bits);
    return Math.floor(address / size) !== Math.floor(toNumber(first) / size);
  });
}

/**
 * Only 2000::/3 is assigned for the internet. Of that, 2001::/23 (Teredo and the like), 2001:db8::/32, 2002::/16 (6to4)
 * and 3fff::/20 are not hosts of it, or contain an IPv4 address.
 */
function isPublicIpv6(address: string): boolean {
  const [first = 0, second = 0] = readIpv6Groups(address) ?? [];
  if (first >> 13 !== 1) return false;
  if (first === 0x2001) return second >= 0x0200 && second !== 0x0db8;
  return first !== 0x2002 && !(first === 0x3fff && second < 0x1000);
}

const toNumber = (address: string): number =>
  address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);

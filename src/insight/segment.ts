import { CHANNELS, type Channel, TRAFFICS, type Traffic } from "../wire/report.ts";

/** The route of a message: the unit that Insight counts and compares. */
export interface Segment {
  readonly traffic: Traffic;
  readonly channel: Channel;
  /** ISO 3166 alpha-2, or {@link UNKNOWN_COUNTRY}. */
  readonly country: string;
  /** MCCMNC, or empty when unknown. */
  readonly network: string;
}

export const UNKNOWN_COUNTRY = "ZZ";
export const UNKNOWN_NETWORK = "";

/** A source keeps at most so many segments a day. A message beyond them counts in {@link otherSegment}. */
export const MAX_SEGMENTS = 500;

/**
 * Creates a segment. A country or network that cannot be one counts as unknown, so random input cannot invent segments.
 */
export function toSegment(traffic: Traffic, channel: Channel, country?: unknown, network?: unknown): Segment {
  return { traffic, channel, country: toCountry(country), network: toNetwork(network) };
}

/** The segment for messages whose own one is beyond {@link MAX_SEGMENTS}: as for an unknown country and network. */
export const otherSegment = ({ traffic, channel }: Segment): Segment =>
  toSegment(traffic, channel, UNKNOWN_COUNTRY, UNKNOWN_NETWORK);

/** Writes a segment as one text, such as `2fa/sms/GB/23410`. */
export const toSegmentKey = ({ traffic, channel, country, network }: Segment): string =>
  `${traffic}/${channel}/${country}/${network}`;

/** Reads what {@link toSegmentKey} wrote; `undefined` for anything else. */
export function parseSegmentKey(key: string): Segment | undefined {
  const [traffic, channel, country, network] = key.split("/");
  if (!TRAFFICS.includes(traffic as Traffic) || !CHANNELS.includes(channel as Channel)) return undefined;
  const segment = toSegment(traffic as Traffic, channel as Channel, country, network);
  return toSegmentKey(segment) === key ? segment : undefined;
}

/** @returns {@link UNKNOWN_COUNTRY} for anything that is not two capital letters. */
export const toCountry = (country: unknown): string =>
  typeof country === "string" && /^[A-Z]{2}$/.test(country) ? country : UNKNOWN_COUNTRY;

/** @returns {@link UNKNOWN_NETWORK} for anything that is not an MCCMNC. */
export const toNetwork = (network: unknown): string =>
  typeof network === "string" && /^\d{4,6}$/.test(network) ? network : UNKNOWN_NETWORK;

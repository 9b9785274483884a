import type { Dimension, PartialSegment } from "./answer.ts";
import { type Segment, toCountry, toNetwork } from "./segment.ts";

/** From wide to narrow. */
export const DIMENSIONS: readonly Dimension[] = ["traffic", "channel", "country", "network"];

/** Keeps some dimensions of a segment, in the order of {@link DIMENSIONS}. */
export function pick(segment: Segment, dimensions: readonly Dimension[]): PartialSegment {
  return Object.fromEntries(
    DIMENSIONS.filter((name) => dimensions.includes(name)).map((name) => [name, segment[name]]),
  );
}

/** Writes it as one text: the key of a whole segment, cut off behind the narrowest dimension, with `*` for any value. */
export function toPartialKey(segment: PartialSegment): string {
  const parts = DIMENSIONS.map((name) => segment[name] ?? "*");
  const end = parts.findLastIndex((part) => part !== "*") + 1;
  return parts.slice(0, end).join("/");
}

/** A segment has every value that is given. */
export const matches = (segment: Segment, wanted: PartialSegment): boolean =>
  DIMENSIONS.every((name) => wanted[name] === undefined || wanted[name] === segment[name]);

/** The dimensions that both name have the same values. */
export const overlaps = (a: PartialSegment, b: PartialSegment): boolean =>
  DIMENSIONS.every((name) => a[name] === undefined || b[name] === undefined || a[name] === b[name]);

/** One lies within the other: it is at least as narrow in country and network, and differs in nothing. */
export const contains = (outer: PartialSegment, inner: PartialSegment): boolean =>
  overlaps(outer, inner) &&
  (outer.country === undefined || inner.country !== undefined) &&
  (outer.network === undefined || inner.network !== undefined);

/** The unknown country and network, where a segment has these dimensions. */
export function toUnknown(segment: PartialSegment): PartialSegment {
  return {
    ...segment,
    ...(segment.country !== undefined && { country: toCountry(undefined) }),
    ...(segment.network !== undefined && { network: toNetwork(undefined) }),
  };
}

/** The segment above: without the network, then without the country, then everything. */
export function parentOf(segment: PartialSegment): PartialSegment | undefined {
  const { network, country, ...rest } = segment;
  if (network !== undefined) return country === undefined ? rest : { ...rest, country };
  if (country !== undefined) return rest;
  return toPartialKey(rest) === "" ? undefined : {};
}

/** A segment and all those above it, from narrow to wide. */
export function lineageOf(segment: PartialSegment): PartialSegment[] {
  const parent = parentOf(segment);
  return [segment, ...(parent === undefined ? [] : lineageOf(parent))];
}

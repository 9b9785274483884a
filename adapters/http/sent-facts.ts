// Reads the facts that a caller gives of a message that it sent, for Insight. A number is used for its country and its
// hashes, and forgotten.

import type { Facts } from "../../src/insight/facts.ts";
import type { ValidSentFacts } from "../../src/track/sent-facts.ts";
import { explainCountry, isCountry } from "../../src/two-factor/numbers/country.ts";
import type { ParameterFault } from "../../src/wire/parameters.ts";

/** A destination, without its number. */
export type Destination =
  | (Pick<Facts, "block" | "person"> & { readonly country: string | undefined; readonly fault?: never })
  | { readonly fault: string };

/** Reads a number, where the platform knows numbering plans. */
export type ReadDestination = (to: string) => Promise<Destination>;

/** Completes the facts of a message, or names what is wrong with them. No fault quotes a number. */
export async function readSentFacts(
  { to, country, network, sentAt, price }: ValidSentFacts,
  readDestination: ReadDestination | undefined,
): Promise<
  | { readonly facts: Partial<Facts>; readonly errors?: never }
  | { readonly facts?: never; readonly errors: ParameterFault[] }
> {
  if (country !== undefined && !isCountry(country)) {
    return { errors: [{ parameter: "country", detail: explainCountry(country) }] };
  }
  const given: Destination =
    to === undefined || readDestination === undefined ? { country } : await readDestination(to);
  if (given.fault !== undefined) return { errors: [{ parameter: "to", detail: given.fault }] };
  if (country !== undefined && given.country !== undefined && country !== given.country) {
    const detail = "must be the country of the number in to; leave it out";
    return { errors: [{ parameter: "country", detail }] };
  }
  const { block, person } = given;
  const known = country ?? given.country;
  return {
    facts: {
      ...(known !== undefined && { country: known }),
      ...(network !== undefined && { network }),
      ...(sentAt !== undefined && { sentAt }),
      ...(price !== undefined && { price }),
      ...(block !== undefined && { block }),
      ...(person !== undefined && { person }),
    },
  };
}

import { hashNumber } from "../../../src/insight/number-hashes.ts";
import { parsePhoneNumber } from "../../../src/two-factor/numbers/phone-number.ts";
import type { ReadDestination } from "../../http/sent-facts.ts";

/** @param secret Keys the hashes; `undefined`: there are none, and no rule about blocks of numbers. */
export function createReadDestination(secret: string | undefined): ReadDestination {
  return async (to) => {
    const { fault, number, country } = parsePhoneNumber(to);
    if (fault !== undefined) return { fault };
    return { country, ...(secret !== undefined && (await hashNumber(secret, number))) };
  };
}

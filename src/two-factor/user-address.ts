// The end user's address: it limits how many messages one user, or one bot, can cause.

import { toNetwork } from "../shared/ip-address.ts";
import { field } from "../shared/validation.ts";
import type { TokenSecret } from "../token/token-secret.ts";
import { hashKeyed } from "./challenge/keyed-hash.ts";

/** An address as callers send it. */
export const addressText = field<string>(
  "an IPv4 or IPv6 address, without a port",
  (value) => typeof value === "string" && toNetwork(value) !== undefined,
);

/**
 * The keyed hash of an address's network, which is stored in its place. All IPv4 addresses can be tried in seconds, so
 * an unkeyed hash would hide nothing.
 *
 * @returns `undefined` if the text is not an address.
 */
export async function hashAddress(
  secret: Pick<TokenSecret, "secret">,
  address: string,
): Promise<string | undefined> {
  const network = toNetwork(address);
  // Codes are hashed with the same secret, but no challenge's id begins like this.
  return network && hashKeyed(secret, `address.${network}`);
}

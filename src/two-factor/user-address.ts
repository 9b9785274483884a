// The end user's address: it limits how many messages one user, or one bot, can cause.

import { toNetwork } from "../shared/ip-address.ts";
import { field } from "../shared/validation.ts";
import type { TokenSecret } from "../token/token-secret.ts";
import { hashKeyed } from "./challenge/keyed-hash.ts";

/** An address as applications hand it in. */
export const addressText = field<string>(
  "an IPv4 or IPv6 address, without a port",
  (value) => typeof value === "string" && toNetwork(value) !== undefined,
);

/**
 * What is kept of an address: the keyed hash of its network. All IPv4 addresses can be tried in seconds, so an unkeyed
 * hash would hide nothing.
 *
 * @returns `undefined` for what is no address.
 */
export async function hashAddress(
  secret: Pick<TokenSecret, "secret">,
  address: string,
): Promise<string | undefined> {
  const network = toNetwork(address);
  // No challenge's id begins so: codes are hashed with the same secret.
  return network && hashKeyed(secret, `address.${network}`);
}

import { hmacHex } from "../shared/hmac.ts";
import type { Facts } from "./facts.ts";

/** Enough to tell the numbers of one hour apart. */
const BYTES = 6;
/** A block is all but the last four digits. */
const WITHIN_BLOCK = 4;

/**
 * Hashes a number and its block with a secret. Cut short, a hash has many numbers even for somebody who knows the secret.
 *
 * @param number E.164 digits in their canonical spelling.
 */
export async function hashNumber(
  secret: string,
  number: string,
): Promise<Required<Pick<Facts, "block" | "person">>> {
  const [block, person] = await Promise.all([
    hmacHex("SHA-256", secret, `insight-block.${number.slice(0, -WITHIN_BLOCK)}`),
    hmacHex("SHA-256", secret, `insight-person.${number}`),
  ]);
  return { block: shorten(block), person: shorten(person) };
}

/** As base64url, which is shorter than hex. */
function shorten(hex: string): string {
  const bytes = Array.from({ length: BYTES }, (_, at) => Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_");
}

// Keyed hashes of numbers, as the names in the limits: stored counts reveal no number.

import type { CodeSecret } from "../../../src/two-factor/challenge/code.ts";
import { hashKeyed } from "../../../src/two-factor/challenge/keyed-hash.ts";
import { toPrefix } from "../../../src/two-factor/challenge/limits.ts";
import { listSpellings } from "../../../src/two-factor/numbers/spellings.ts";
import type { Names } from "./send-limiter.ts";

/** The names of a number and of its block: hashed with each secret, and then plain in every spelling, as in 0.1.0. */
export async function hashNumber(
  secrets: readonly CodeSecret[],
  number: string,
): Promise<Required<Pick<Names, "number" | "prefix">>> {
  return {
    number: await hashAll(secrets, "number", listSpellings(number)),
    prefix: await hashAll(secrets, "prefix", listSpellings(number).map(toPrefix)),
  };
}

async function hashAll(
  secrets: readonly CodeSecret[],
  kind: string,
  plain: readonly string[],
): Promise<readonly [string, ...string[]]> {
  const hashes = await Promise.all(secrets.map((secret) => hashKeyed(secret, `limits.${kind}.${plain[0]}`)));
  const [first = "", ...others] = [...hashes, ...new Set(plain)];
  return [first, ...others];
}

// The names that the limits know a number by: keyed hashes, so that what is stored tells no number.

import type { CodeSecret } from "../../../src/two-factor/challenge/code.ts";
import { hashKeyed } from "../../../src/two-factor/challenge/keyed-hash.ts";
import { toPrefix } from "../../../src/two-factor/challenge/limits.ts";
import { listSpellings } from "../../../src/two-factor/numbers/spellings.ts";
import type { Names } from "./send-limiter.ts";

/** A number and its block, by the first secret, then by the others, and then as 0.1.0 wrote them: plainly, as they came. */
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

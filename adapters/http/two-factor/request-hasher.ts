// Keyed hashes of what a request must not leave in storage: idempotency keys, requests, addresses.

import { hashNumber } from "../../../src/insight/number-hashes.ts";
import type { CodeSecret } from "../../../src/two-factor/challenge/code.ts";
import { hashRequest } from "../../../src/two-factor/challenge/idempotency-key.ts";
import { hashAddress } from "../../../src/two-factor/user-address.ts";
import type { Keyed } from "./challenges.ts";

export type RequestHasher = ReturnType<typeof createRequestHasher>;

export function createRequestHasher(secrets: readonly CodeSecret[]) {
  return {
    /** @param scope Where the key names one request: the caller, and the challenge if there is one. */
    async hashKey(
      scope: readonly string[],
      key: string | undefined,
      request: Readonly<Record<string, unknown>>,
    ): Promise<Keyed | undefined> {
      return key === undefined ? undefined : hashRequest(secrets, scope, key, request);
    },

    /** @param number In its canonical spelling. */
    async hashNumber(number: string) {
      const [secret] = secrets;
      return secret && hashNumber(secret.secret, number);
    },

    async hashAddress(ip: string | undefined): Promise<string | undefined> {
      const [secret] = secrets;
      return ip === undefined || secret === undefined ? undefined : hashAddress(secret, ip);
    },
  };
}

import { resolveOptions } from "../../src/client/resolve-options.ts";
import type { RetryOptions } from "../../src/client/retry.ts";
import { createSender, type Sender } from "../../src/client/sending.ts";
import { TRAFFICS, type Traffic } from "../../src/wire/report.ts";
import type { HandlerConfig } from "./options.ts";

/** Makes one sender for each traffic with credentials. */
export function createSenders(
  { credentials, baseUrl, timeout, fetch }: HandlerConfig,
  retry: RetryOptions | false,
): ReadonlyMap<Traffic, Sender> {
  return new Map(
    TRAFFICS.flatMap((traffic) => {
      const own = credentials[traffic];
      if (own === undefined) return [];
      const options = { credentials: own, baseUrl, timeout, retry, fetch };
      return [[traffic, createSender(resolveOptions(options))] as const];
    }),
  );
}

import * as v from "valibot";
import { field, integer, objectOf } from "../shared/validation.ts";
import type { RetryOptions } from "./retry.ts";

/** The rules of {@link RetryOptions} or `false`, with these defaults. */
export function retryOption({ attempts, baseDelay, maxDelay }: Required<RetryOptions>) {
  return v.optional(
    v.pipe(
      field<RetryOptions | false>(
        "false or an object",
        (value) => value === false || Object.prototype.toString.call(value) === "[object Object]",
      ),
      v.transform(
        (retry): Partial<Record<keyof RetryOptions, number | undefined>> => retry || { attempts: 1 },
      ),
      objectOf({
        attempts: v.optional(integer(1, 10), attempts),
        baseDelay: v.optional(integer(0, 60_000), baseDelay),
        maxDelay: v.optional(integer(0, 300_000), maxDelay),
      }),
    ),
    {},
  );
}

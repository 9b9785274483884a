import * as v from "valibot";
import { callable } from "../shared/validation.ts";

/** A `fetch`. The default is looked up at each call, and called without `this`, as workerd and browsers require. */
export const fetchSchema = v.optional(
  callable<typeof fetch>(),
  () => (input: RequestInfo | URL, init?: RequestInit) => globalThis.fetch(input, init),
);

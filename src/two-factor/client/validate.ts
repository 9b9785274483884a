import type * as v from "valibot";
import { findFaults, listFaults } from "../../shared/validation.ts";
import { TwoFactorError } from "./errors.ts";

/**
 * Validates input of the workflow's callers.
 *
 * @param name The name of the whole input in messages.
 * @throws {TwoFactorError} With `code`, and every fault without any value.
 */
export function validate<S extends v.GenericSchema>(
  schema: S,
  input: unknown,
  code: "invalid_options" | "invalid_request",
  name?: string,
): v.InferOutput<S> {
  const { output, faults } = findFaults(schema, input, name);
  if (!faults) return output;
  throw new TwoFactorError(code, listFaults(faults));
}

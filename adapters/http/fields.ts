// Parameters that are not a report's → a validated object, or everything that is wrong with them.

import type * as v from "valibot";
import { findFaults, type objectOf } from "../../src/shared/validation.ts";
import { type DecodedParameters, isUnread, type ParameterFault } from "../../src/wire/parameters.ts";
import { CALLER_PARAMETERS } from "./caller.ts";

/**
 * Reads an object of `schema` out of what a request carried.
 *
 * @param numbers Fields that are whole numbers: in a form, and through it in JSON too, they come as text.
 */
export function readFields<E extends v.ObjectEntries>(
  decoded: DecodedParameters,
  schema: ReturnType<typeof objectOf<E>>,
  numbers: readonly string[] = [],
):
  | { readonly output: v.InferOutput<ReturnType<typeof objectOf<E>>>; readonly errors?: never }
  | { readonly output?: never; readonly errors: ParameterFault[] } {
  const given = [...decoded.parameters].filter(([name]) => !CALLER_PARAMETERS.has(name));
  const known = given.filter(([name]) => Object.hasOwn(schema.entries, name));
  const fields = known.map(([name, value]) => [name, numbers.includes(name) ? toNumber(value) : value]);
  const { output, faults = [] } = findFaults(schema, Object.fromEntries(fields));
  const errors = [
    ...decoded.faults,
    // Not left to the schema, whose message names further ones as they came.
    ...given
      .filter((one) => !known.includes(one))
      .map(([name]) => ({ parameter: toName(name), detail: "is not known" })),
    ...faults
      .filter(({ field }) => !isUnread(decoded, field))
      .map(({ field, fault }) => ({ parameter: field, detail: fault })),
  ];
  return output === undefined || errors.length > 0 ? { errors } : { output };
}

const toNumber = (text: string): number | string => (/^\d{1,9}$/.test(text) ? Number(text) : text);

/** Names come from outside: they are shown only when they are short and plain. */
const toName = (field: string) => (/^[\w.-]{1,40}$/.test(field) ? field : "(unprintable)");

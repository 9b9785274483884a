// Reads the parameters of every call but reports: a validated object, or every fault.

import type * as v from "valibot";
import { findFaults, type objectOf } from "../../src/shared/validation.ts";
import {
  type DecodedParameters,
  isUnread,
  type ParameterFault,
  toParameterFault,
} from "../../src/wire/parameters.ts";
import { CALLER_PARAMETERS } from "./caller.ts";

/**
 * Reads an object of `schema` from a request's parameters.
 *
 * @param numbers Fields that are whole numbers. Parameters are text, from JSON too.
 * @param ignored Further names that are allowed: by default those that authenticate a caller.
 */
export function readFields<E extends v.ObjectEntries>(
  decoded: DecodedParameters,
  schema: ReturnType<typeof objectOf<E>>,
  numbers: readonly string[] = [],
  ignored: ReadonlySet<string> = CALLER_PARAMETERS,
):
  | { readonly output: v.InferOutput<ReturnType<typeof objectOf<E>>>; readonly errors?: never }
  | { readonly output?: never; readonly errors: ParameterFault[] } {
  const given = [...decoded.parameters].filter(([name]) => !ignored.has(name));
  const known = given.filter(([name]) => Object.hasOwn(schema.entries, name));
  const fields = known.map(([name, value]) => [name, numbers.includes(name) ? toNumber(value) : value]);
  const { output, faults = [] } = findFaults(schema, Object.fromEntries(fields));
  const errors = [
    ...decoded.faults,
    // The schema's own message would repeat further names as they came.
    ...given.filter((one) => !known.includes(one)).map(([name]) => toParameterFault(name, "is not known")),
    ...faults
      .filter(({ field }) => !isUnread(decoded, field))
      .map(({ field, fault }) => ({ parameter: field, detail: fault })),
  ];
  return output === undefined || errors.length > 0 ? { errors } : { output };
}

const toNumber = (text: string): number | string => (/^\d{1,9}$/.test(text) ? Number(text) : text);

// Schema parts that webhooks share. Vonage adds parameters and carriers write anything, so a malformed optional
// parameter is left out, not refused.

import * as v from "valibot";
import { findFaults, required, text } from "../shared/validation.ts";
import type { Parameters } from "../wire/parameters.ts";
import { faultOfParameters, type WebhookFault } from "./errors.ts";

/** `msisdn`, with or without "+"; the output has none. */
export const msisdnSchema = v.pipe(
  required(text("a phone number of 5 to 15 digits", /^\+?\d{5,15}$/)),
  v.transform((number) => number.replace("+", "")),
);

/** An optional parameter: `undefined` if it is missing or does not match. */
export function optionalText(pattern: RegExp) {
  return v.fallback(v.optional(text("", pattern)), undefined);
}

/** A short text of one line. */
export const optionalLine = optionalText(/^\P{Cc}{1,200}$/u);

/** A small whole number. */
export const optionalCount = v.pipe(
  optionalText(/^\d{1,5}$/),
  v.transform((digits) => (digits === undefined ? undefined : Number(digits))),
);

/** Reads the parameters that `schema` has entries for, and ignores all others. */
export function readEntries<S extends v.GenericSchema & { readonly entries: object }>(
  schema: S,
  parameters: Parameters,
):
  | { readonly output: v.InferOutput<S>; readonly fault?: never }
  | { readonly output?: never; readonly fault: WebhookFault } {
  const known = [...parameters].filter(([name]) => Object.hasOwn(schema.entries, name));
  const { output, faults } = findFaults(schema, Object.fromEntries(known));
  if (faults === undefined) return { output };
  const errors = faults.map(({ field, fault }) => ({ parameter: field, detail: fault }));
  return { fault: faultOfParameters("invalid", errors) };
}

type Present<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** Leaves out the fields that are `undefined`. */
export function present<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
}

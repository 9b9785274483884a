// valibot's messages quote the refused value, which may be a secret or a phone number. So every schema consists of
// `field`s, whose messages name the rule and only the type of the value.

import * as v from "valibot";
import { ConversionError } from "../client/errors.ts";

/** A fault of one field. */
export interface Fault {
  readonly field: string;
  /** The rule, and the type of the value. */
  readonly fault: string;
  /** The rule alone, for readers who must not learn even the length of a secret. */
  readonly rule: string;
}

const GOT = ", got ";

/** A field's rule as data: a pattern, a range or a list. */
export type Rule = RegExp | readonly [least: number, most: number] | readonly string[];

/**
 * A value that satisfies `test`. `what` completes the sentence "must be …".
 *
 * @param rule The rule as data, from which a test makes a JSON Schema. valibot's own actions would serve as well, but
 * they make the client 320 bytes larger.
 */
export function field<T>(what: string, test: (value: unknown) => boolean, rule?: Rule) {
  return Object.assign(v.custom<T>(test, mustBe(what)), { rule });
}

/** A string that matches `pattern`. */
export function text(what: string, pattern: RegExp) {
  return field<string>(what, (value) => typeof value === "string" && pattern.test(value), pattern);
}

/** A whole number from `least` to `most`, inclusive. */
export function integer(least: number, most: number) {
  return field<number>(
    `a whole number from ${least} to ${most}`,
    (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
    [least, most],
  );
}

/** One of some strings. */
export function oneOf<T extends string>(values: readonly T[]) {
  return field<T>(`one of ${values.join(", ")}`, (value) => values.includes(value as T), values);
}

/** A function, of whatever signature. */
export function callable<T>() {
  return field<T>("a function", (value) => typeof value === "function");
}

/** Refuses an absent field with the field's own rule, instead of valibot's message that it is missing. */
export function required<S extends v.GenericSchema>(schema: S): v.OptionalSchema<S, never> {
  return v.optional(schema, null as never);
}

/** An object of exactly these fields. */
export function objectOf<E extends v.ObjectEntries>(entries: E) {
  const known = Object.keys(entries);
  const anObject = mustBe(`an object of ${known.join(", ")}`);
  return v.strictObject(entries, (issue) => {
    if (issue.expected !== "never") return anObject(issue);
    // valibot stops at the first unknown name, so name the others too.
    const [, ...more] = Object.keys(Object(issue.path?.[0].input)).filter((name) => !known.includes(name));
    return `is not known here${more.map((name) => `, nor is ${name}`).join("")}`;
  });
}

/** Validates `input` against `schema`. Returns the output, or every fault without any value. */
export function findFaults<S extends v.GenericSchema>(
  schema: S,
  input: unknown,
  name = "it",
):
  | { readonly output: v.InferOutput<S>; readonly faults?: never }
  | { readonly output?: never; readonly faults: Fault[] } {
  const { success, output, issues } = v.safeParse(schema, input);
  if (success) return { output };
  return {
    faults: issues.map(({ path, message }) => ({
      field: path?.map(({ key }) => key).join(".") ?? name,
      fault: message,
      rule: message.split(GOT, 1).join(),
    })),
  };
}

/**
 * Validates `input` against `schema`.
 *
 * @param code The code of the error.
 * @param name The name of the whole input in messages.
 * @throws {ConversionError} With `code`, and every fault without any value.
 */
export function validate<S extends v.GenericSchema>(
  schema: S,
  input: unknown,
  code: "invalid_options" | "invalid_report",
  name?: string,
): v.InferOutput<S> {
  const { output, faults } = findFaults(schema, input, name);
  if (!faults) return output;
  throw new ConversionError(code, `${code}: ${listFaults(faults)}`, { faults });
}

/** Lists every fault, for an error's message. */
export const listFaults = (faults: readonly Fault[]) =>
  faults.map(({ field, fault }) => `${field} ${fault}`).join("; ");

function mustBe(what: string) {
  return ({ input }: { readonly input: unknown }) =>
    `must be ${what}${GOT}${
      typeof input === "string"
        ? `a string of ${input.length} characters`
        : input === null
          ? "nothing"
          : typeof input
    }`;
}

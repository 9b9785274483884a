// A JSON Schema of the rules that requests are checked with, as far as those are data.

import { toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";
import type { Rule } from "../../../src/shared/validation.ts";

export interface Property {
  readonly type?: "string" | "integer";
  readonly pattern?: string;
  readonly enum?: string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: string | number | null;
}

export interface RequestSchema {
  readonly required: readonly string[];
  /** A property without a rule in it is checked by a function alone. */
  readonly properties: Readonly<Record<string, Property>>;
}

/** Converts the schema of a request. */
export function toRequestSchema(schema: v.GenericSchema): RequestSchema {
  const { properties = {} } = toJsonSchema(schema, {
    typeMode: "input",
    errorMode: "ignore",
    overrideSchema: ({ valibotSchema, jsonSchema }) => ({
      ...jsonSchema,
      ...("rule" in valibotSchema && toProperty(valibotSchema.rule as Rule | undefined)),
    }),
  });
  const all = Object.entries(properties as Readonly<Record<string, Property>>);
  // `required` of src/shared/validation.ts gives an absent field null, which no rule takes.
  const required = all.filter(([, property]) => property.default === null).map(([name]) => name);
  const cleaned = all.map(([name, { default: value, ...rest }]) => [
    name,
    value === null || value === undefined ? rest : { ...rest, default: value },
  ]);
  return { required, properties: Object.fromEntries(cleaned) };
}

function toProperty(rule: Rule | undefined): Property {
  if (rule === undefined) return {};
  if (rule instanceof RegExp) return { type: "string", pattern: rule.source };
  const [first, last] = rule;
  return typeof first === "number" && typeof last === "number"
    ? { type: "integer", minimum: first, maximum: last }
    : { enum: rule.map(String) };
}

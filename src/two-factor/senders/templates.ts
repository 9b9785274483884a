// The operator's own texts, which replace the built-in ones: for a locale, a country, or a locale within a country.

import * as v from "valibot";
import { field, objectOf, required, text } from "../../shared/validation.ts";
import { explainCountry, isCountry } from "../numbers/country.ts";
import { toTags } from "./locale.ts";
import { type CodeText, formatCodeText, hasText } from "./texts.ts";

/**
 * A text of 1 to 500 characters. It contains `{code}`, and may contain `{brand}` and `{minutes}`.
 *
 * @example
 * const template: TextTemplate = "{code} is your {brand} code.";
 *
 * @example
 * // Registered in India.
 * const template: TextTemplate = { text: "{code} is your {brand} code.", contentId: "1107457532145798767" };
 */
export type TextTemplate =
  | string
  | {
      readonly text: string;
      /** The text's registration, for countries that demand one; sent as `content-id`. */
      readonly contentId?: string;
    };

/**
 * Texts by locale (`de`, `pt-BR`), by country in upper case (`IN`), or by locale within a country (`US:es`).
 *
 * @example
 * const texts: TextTemplates = {
 *   en: "{code} opens {brand} for {minutes} minutes.",
 *   "US:es": "{code} abre {brand} durante {minutes} minutos.",
 * };
 */
export type TextTemplates = Readonly<Record<string, TextTemplate>>;

/** The template for a message. */
export interface FoundTemplate {
  readonly text: string;
  readonly contentId?: string | undefined;
}

const KEY = /^(?:([A-Za-z]{2}):)?([a-z]{2,3}(?:-[A-Za-z\d]{2,8}){0,3})$|^([A-Z]{2})$/;
const PLACEHOLDER = /\{(code|brand|minutes)\}/g;

/** The rules of an id from a country's register. */
export const registeredId = text("1 to 50 letters, digits, _ or -", /^[\w-]{1,50}$/);

const templateText = v.pipe(
  text(
    "1 to 500 characters, no control characters except line breaks",
    /^(?=\s*\S)(\n|[^\p{Cc}\p{Cs}]){1,500}$/u,
  ),
  v.check((template) => template.includes("{code}"), "must hold {code}"),
  v.check(
    (template) => !/[{}]/.test(template.replace(PLACEHOLDER, "")),
    "must hold no braces except in {code}, {brand} and {minutes}",
  ),
);

const templateSchema = v.lazy((value) =>
  typeof value === "string"
    ? v.pipe(
        templateText,
        v.transform((one): FoundTemplate => ({ text: one })),
      )
    : objectOf({ text: required(templateText), contentId: v.optional(registeredId) }),
);

/** The rules of {@link TextTemplates}. */
export const templatesSchema = v.pipe(
  field<object>("an object of texts by locale or country", isRecord),
  v.record(v.string(), templateSchema),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const entries = Object.entries(dataset.value);
    const keys = entries.map(([key]) => normalize(key));
    entries.forEach(([key, value], at) => {
      const repeated = keys.indexOf(normalize(key)) < at ? "is set more than once" : undefined;
      const message = findKeyFault(key) ?? repeated;
      const path = { type: "object" as const, origin: "key" as const, input: dataset.value, key, value };
      if (message !== undefined) addIssue({ message, path: [path] });
    });
  }),
);

/** A key in the form used for look-ups: locales in lower case, `no` as `nb`. */
function normalize(key: string): string {
  if (/^[A-Z]{2}$/.test(key)) return key;
  const at = key.indexOf(":") + 1;
  const [tag = ""] = toTags(key.slice(at));
  return key.slice(0, at) + tag;
}

/** The fault of a template's key, if it has one. */
function findKeyFault(key: string): string | undefined {
  const [, within, , country] = KEY.exec(key) ?? [];
  if (!KEY.test(key)) {
    return "is not a locale such as de or pt-BR, a country such as IN, or both as in US:es";
  }
  const named = within ?? country;
  return named === undefined || isCountry(named)
    ? undefined
    : `is for ${named}, which ${explainCountry(named)}`;
}

/**
 * The template for a message: by locale within its country, else by country, else by locale. Without one, a built-in
 * text in the language has priority over an English template.
 */
export function pickTemplate(
  templates: Readonly<Record<string, FoundTemplate>>,
  country: string | undefined,
  locale: string,
): FoundTemplate | undefined {
  const byKey = new Map(Object.entries(templates).map(([key, found]) => [normalize(key), found] as const));
  const tags = toTags(locale);
  const keys = [
    ...(country === undefined ? [] : [...tags.map((tag) => `${country}:${tag}`), country]),
    ...tags,
    ...(hasText(locale) ? [] : ["en"]),
  ];
  const key = keys.find((one) => byKey.has(one));
  return key === undefined ? undefined : byKey.get(key);
}

/** Fills in the values, in one pass, so that braces in a brand stay as they are. */
export function fillTemplate(template: string, values: CodeText): string {
  return template.replace(PLACEHOLDER, (_, name: keyof CodeText) => String(values[name]));
}

/** The text for a message, from its template or the built-in text, and its registration. */
export function formatText(
  templates: Readonly<Record<string, FoundTemplate>>,
  country: string | undefined,
  locale: string,
  values: CodeText,
): FoundTemplate {
  const own = pickTemplate(templates, country, locale);
  return own === undefined
    ? { text: formatCodeText(locale, values) }
    : { ...own, text: fillTemplate(own.text, values) };
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

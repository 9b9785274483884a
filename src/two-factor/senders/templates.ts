// Texts of one's own, in place of the built-in ones: for a locale, for a country, or for a locale within a country.

import * as v from "valibot";
import { field, objectOf, required, text } from "../../shared/validation.ts";
import { explainCountry, isCountry } from "../numbers/country.ts";
import { toTags } from "./locale.ts";
import { type CodeText, formatCodeText, hasText } from "./texts.ts";

/** A text with `{code}`, and `{brand}` and `{minutes}` where they are wanted: 1 to 500 characters. */
export type TextTemplate =
  | string
  | {
      readonly text: string;
      /** Its registration, for countries that want one: goes to Vonage as `content-id`. */
      readonly contentId?: string;
    };

/**
 * Texts by what they are for: a locale (`de`, `pt-BR`), a country in upper case (`IN`), or a locale within a country
 * (`US:es`).
 */
export type TextTemplates = Readonly<Record<string, TextTemplate>>;

/** A template that was found for a message. */
export interface FoundTemplate {
  readonly text: string;
  readonly contentId?: string | undefined;
}

const KEY = /^(?:([A-Za-z]{2}):)?([a-z]{2,3}(?:-[A-Za-z\d]{2,8}){0,3})$|^([A-Z]{2})$/;
const PLACEHOLDER = /\{(code|brand|minutes)\}/g;

/** The rules of an id that a country's register gave out. */
export const registeredId = text("1 to 50 letters, digits, _ or -", /^[\w-]{1,50}$/);

const templateText = v.pipe(
  text(
    "1 to 500 characters, no control characters but line breaks",
    /^(?=\s*\S)(\n|[^\p{Cc}\p{Cs}]){1,500}$/u,
  ),
  v.check((template) => template.includes("{code}"), "must hold {code}"),
  v.check(
    (template) => !/[{}]/.test(template.replace(PLACEHOLDER, "")),
    "must hold no braces but those of {code}, {brand} and {minutes}",
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
      const repeated = keys.indexOf(normalize(key)) < at ? "is there more than once" : undefined;
      const message = findKeyFault(key) ?? repeated;
      const path = { type: "object" as const, origin: "key" as const, input: dataset.value, key, value };
      if (message !== undefined) addIssue({ message, path: [path] });
    });
  }),
);

/** A name as it is looked for: locales in lower case, and one of the two of Norway. */
function normalize(key: string): string {
  if (/^[A-Z]{2}$/.test(key)) return key;
  const at = key.indexOf(":") + 1;
  const [tag = ""] = toTags(key.slice(at));
  return key.slice(0, at) + tag;
}

/** What is wrong with the name of a template. */
function findKeyFault(key: string): string | undefined {
  const [, within, , country] = KEY.exec(key) ?? [];
  if (!KEY.test(key)) {
    return "is no name of a text: a locale such as de or pt-BR, a country such as IN, or both as US:es";
  }
  const named = within ?? country;
  return named === undefined || isCountry(named)
    ? undefined
    : `is for ${named}, which ${explainCountry(named)}`;
}

/**
 * The template for a message: of its locale within its country, of its country, then of its locale. Where there is
 * none for the locale, a built-in text in that language goes before an English one of one's own.
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

/** The text with what it says put in; in one pass, so that a brand with braces stays as it is. */
export function fillTemplate(template: string, values: CodeText): string {
  return template.replace(PLACEHOLDER, (_, name: keyof CodeText) => String(values[name]));
}

/** The text for a message, from a template of one's own or the built-in one, and its registration. */
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

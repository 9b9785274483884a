// The words of a call in each language, as SSML. Vonage has voices for all of them (guide "Customizing Spoken Text"; the
// table of languages in "Text to Speech", style 0).

import { type ByLocale, pickByLocale } from "./locale.ts";
import type { CodeText } from "./texts.ts";

export interface SpokenText {
  /** SSML. */
  readonly text: string;
  /** Vonage's code, such as `en-GB`. */
  readonly language: string;
}

/** Plural forms of "minute" by CLDR's categories; `other` covers those without an entry. */
type Forms = { readonly other: string } & { readonly [category in Intl.LDMLPluralRule]?: string };

interface Speech {
  readonly minutes: Forms;
  readonly say: (brand: string, digits: string, minutes: string) => string;
}

const SPEECHES: ByLocale<Speech> = {
  cs: {
    minutes: { one: "minutu", few: "minuty", other: "minut" },
    say: (brand, digits, minutes) => `Váš kód pro ${brand} je: ${digits}. Platí ${minutes}.`,
  },
  da: {
    minutes: { one: "minut", other: "minutter" },
    say: (brand, digits, minutes) => `Din kode til ${brand} er: ${digits}. Den gælder i ${minutes}.`,
  },
  de: {
    minutes: { one: "Minute", other: "Minuten" },
    say: (brand, digits, minutes) => `Ihr Code für ${brand} lautet: ${digits}. Er ist ${minutes} gültig.`,
  },
  en: {
    minutes: { one: "minute", other: "minutes" },
    say: (brand, digits, minutes) => `Your ${brand} code is: ${digits}. It is valid for ${minutes}.`,
  },
  es: {
    minutes: { one: "minuto", other: "minutos" },
    say: (brand, digits, minutes) => `Tu código de ${brand} es: ${digits}. Caduca en ${minutes}.`,
  },
  fi: {
    minutes: { other: "minuutin" },
    say: (brand, digits, minutes) =>
      `Koodisi palveluun ${brand} on: ${digits}. Se on voimassa ${minutes} ajan.`,
  },
  fr: {
    minutes: { one: "minute", other: "minutes" },
    say: (brand, digits, minutes) => `Votre code ${brand} est : ${digits}. Il est valable ${minutes}.`,
  },
  it: {
    minutes: { one: "minuto", other: "minuti" },
    say: (brand, digits, minutes) => `Il tuo codice ${brand} è: ${digits}. Scade tra ${minutes}.`,
  },
  ja: {
    minutes: { other: "分" },
    say: (brand, digits, minutes) => `${brand}の確認コードは、${digits}、です。有効期限は${minutes}です。`,
  },
  nb: {
    minutes: { one: "minutt", other: "minutter" },
    say: (brand, digits, minutes) => `Din kode for ${brand} er: ${digits}. Den gjelder i ${minutes}.`,
  },
  nl: {
    minutes: { one: "minuut", other: "minuten" },
    say: (brand, digits, minutes) => `Je code voor ${brand} is: ${digits}. Hij is ${minutes} geldig.`,
  },
  pl: {
    minutes: { one: "minutę", few: "minuty", other: "minut" },
    say: (brand, digits, minutes) => `Twój kod ${brand} to: ${digits}. Jest ważny przez ${minutes}.`,
  },
  pt: {
    minutes: { one: "minuto", other: "minutos" },
    say: (brand, digits, minutes) => `O seu código ${brand} é: ${digits}. É válido por ${minutes}.`,
  },
  sv: {
    minutes: { one: "minut", other: "minuter" },
    say: (brand, digits, minutes) => `Din kod för ${brand} är: ${digits}. Den gäller i ${minutes}.`,
  },
  tr: {
    minutes: { other: "dakika" },
    say: (brand, digits, minutes) => `${brand} kodunuz: ${digits}. ${minutes} geçerlidir.`,
  },
};

/** Vonage's code of each language, and of regions that have their own voices. */
const LANGUAGES: ByLocale<string> = {
  cs: "cs-CZ",
  da: "da-DK",
  de: "de-DE",
  en: "en-US",
  "en-au": "en-AU",
  "en-gb": "en-GB",
  "en-in": "en-IN",
  es: "es-ES",
  "es-419": "es-US",
  "es-mx": "es-MX",
  "es-us": "es-US",
  fi: "fi-FI",
  fr: "fr-FR",
  "fr-ca": "fr-CA",
  it: "it-IT",
  ja: "ja-JP",
  nb: "nb-NO",
  nl: "nl-NL",
  "nl-be": "nl-BE",
  pl: "pl-PL",
  pt: "pt-PT",
  "pt-br": "pt-BR",
  sv: "sv-SE",
  tr: "tr-TR",
};

/**
 * The words of a call: the digits one by one, with pauses to write them down.
 *
 * @param locale BCP 47. The fallbacks are its language and then English.
 */
export function formatSpokenText(locale: string, { code, brand, minutes }: CodeText): SpokenText {
  const language = pickByLocale(LANGUAGES, locale);
  const { minutes: forms, say } = pickByLocale(SPEECHES, locale);
  const form = forms[new Intl.PluralRules(language).select(minutes)] ?? forms.other;
  const digits = [...code].join(" <break time='600ms'/> ");
  const said = say(escapeXml(brand), `<break time='500ms'/> ${digits}`, `${minutes} ${form}`);
  return { text: `<speak>${said} <break time='1s'/></speak>`, language };
}

const escapeXml = (text: string) =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&apos;");

// The text message in each language. The code comes first, where lock screens show it and keyboards offer it. There is
// no link, so that users learn not to trust texts with links. "min" needs no plural.

import { type ByLocale, pickByLocale, toTags } from "./locale.ts";

/** The values in a text. */
export interface CodeText {
  readonly code: string;
  readonly brand: string;
  /** Minutes for which the code is valid. */
  readonly minutes: number;
}

const TEXTS: ByLocale<(text: CodeText) => string> = {
  cs: ({ code, brand, minutes }) =>
    `${code} je kód pro ${brand}. Platí ${minutes} min. Nikomu ho nesdělujte.`,
  da: ({ code, brand, minutes }) =>
    `${code} er din kode til ${brand}. Den gælder i ${minutes} min. Del den ikke.`,
  de: ({ code, brand, minutes }) =>
    `${code} ist Ihr Code für ${brand}. Gültig: ${minutes} Min. Geben Sie ihn niemandem weiter.`,
  en: ({ code, brand, minutes }) =>
    `${code} is your ${brand} code. It expires in ${minutes} min. Do not share it.`,
  es: ({ code, brand, minutes }) =>
    `${code} es tu código de ${brand}. Caduca en ${minutes} min. No lo compartas.`,
  fi: ({ code, brand, minutes }) =>
    `${code} on koodisi palveluun ${brand}. Voimassa ${minutes} min. Älä jaa sitä.`,
  fr: ({ code, brand, minutes }) =>
    `${code} est votre code ${brand}. Valable ${minutes} min. Ne le partagez pas.`,
  it: ({ code, brand, minutes }) =>
    `${code} è il tuo codice ${brand}. Scade tra ${minutes} min. Non condividerlo.`,
  ja: ({ code, brand, minutes }) =>
    `${code} は${brand}の確認コードです。有効期限は${minutes}分です。他人に教えないでください。`,
  nb: ({ code, brand, minutes }) =>
    `${code} er din kode for ${brand}. Den gjelder i ${minutes} min. Ikke del den.`,
  nl: ({ code, brand, minutes }) =>
    `${code} is je code voor ${brand}. Geldig: ${minutes} min. Deel hem met niemand.`,
  pl: ({ code, brand, minutes }) =>
    `${code} to kod ${brand}. Wygasa za ${minutes} min. Nie podawaj go nikomu.`,
  pt: ({ code, brand, minutes }) =>
    `${code} é o seu código ${brand}. Expira em ${minutes} min. Não o partilhe.`,
  "pt-br": ({ code, brand, minutes }) =>
    `${code} é o seu código ${brand}. Expira em ${minutes} min. Não compartilhe.`,
  sv: ({ code, brand, minutes }) =>
    `${code} är din kod för ${brand}. Den gäller i ${minutes} min. Dela den inte.`,
  tr: ({ code, brand, minutes }) =>
    `${code}, ${brand} kodunuz. ${minutes} dk geçerlidir. Kimseyle paylaşmayın.`,
};

/** The languages of the built-in texts, as lower-case BCP 47 tags. */
export const TEXT_LOCALES: readonly string[] = Object.keys(TEXTS);

/** True if there is a built-in text in the language. */
export const hasText = (locale: string): boolean => toTags(locale).some((tag) => Object.hasOwn(TEXTS, tag));

/**
 * The built-in text message with a code: one part if the brand is short.
 *
 * @param locale BCP 47. The fallbacks are its language and then English.
 */
export function formatCodeText(locale: string, text: CodeText): string {
  return pickByLocale(TEXTS, locale)(text);
}

/** Seconds in whole minutes, rounded down, but at least one: messages must not promise too much. */
export const toMinutes = (seconds: number): number => Math.max(1, Math.floor(seconds / 60));

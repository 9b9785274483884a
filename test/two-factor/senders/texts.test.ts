import { describe, expect, it } from "vitest";
import { isGsmText } from "../../../src/shared/gsm-alphabet.ts";
import { splitText } from "../../../src/shared/text-parts.ts";
import { formatSpokenText } from "../../../src/two-factor/senders/spoken.ts";
import { formatCodeText, TEXT_LOCALES, toMinutes } from "../../../src/two-factor/senders/texts.ts";

const text = { code: "738291", brand: "Acme", minutes: 10 };

/** The spoken text: without markup, with commas for pauses. */
const heard = (ssml: string) =>
  ssml
    .replace(/<break time='[\d.]+m?s'\/>/g, ",")
    .replace(/<\/?speak>/g, "")
    .replace(/\s+/g, " ");

describe.each(TEXT_LOCALES)("in %s", (locale) => {
  it("a text has code, brand and minutes, the code first", () => {
    const said = formatCodeText(locale, text);
    expect(said).toMatch(/^738291\b/);
    expect(said).toContain("Acme");
    expect(said.slice(6)).toMatch(/(?<!\d)10(?!\d)/);
  });

  it("a text with the longest code and a usual brand is one part", () => {
    const said = formatCodeText(locale, { code: "7382910465", brand: "Acme", minutes: 60 });
    expect(splitText(said, isGsmText(said) ? "gsm" : "unicode")).toEqual([said]);
  });

  it("a text has nothing to click on", () => {
    expect(formatCodeText(locale, text)).not.toMatch(/https?:|www\.|\w\.\w|@/);
  });

  it("a call contains brand, single digits and minutes", () => {
    const said = heard(formatSpokenText(locale, text).text);
    expect(said).toContain("7 , 3 , 8 , 2 , 9 , 1");
    expect(said).toContain("Acme");
    expect(said).toMatch(/(?<!\d)10 ?\p{L}/u);
  });

  it("a call is well-formed SSML", () => {
    const { text: ssml } = formatSpokenText(locale, { ...text, brand: `<&>"'` });
    expect(ssml).toMatch(/^<speak>([^<>&]|&(amp|lt|gt|quot|apos);|<break time='[\d.]+m?s'\/>)+<\/speak>$/);
  });

  it("text and call are in one language, which is English only without a text of its own", () => {
    expect(formatSpokenText(locale, text).language.toLowerCase()).toMatch(
      new RegExp(`^${locale.split("-")[0]}`),
    );
    expect(formatCodeText(locale, text) === formatCodeText("en", text)).toBe(locale === "en");
    expect(formatSpokenText(locale, text).text === formatSpokenText("en", text).text).toBe(locale === "en");
  });
});

describe("a locale", () => {
  it("is one of at least a dozen languages", () => {
    expect(new Set(TEXT_LOCALES.map((locale) => locale.split("-")[0])).size).toBeGreaterThanOrEqual(12);
  });

  it.each([
    ["de-AT", "de"],
    ["de_CH", "de"],
    ["DE", "de"],
    ["pt-BR", "pt-br"],
    ["pt-AO", "pt"],
    ["no", "nb"],
    ["no-NO", "nb"],
    ["sv-Latn-FI-x-y", "sv"],
    ["tlh", "en"],
    ["", "en"],
    ["constructor", "en"],
    ["__proto__", "en"],
    ["not", "en"],
  ])("%s has the text of %s", (locale, as) => {
    expect(formatCodeText(locale, text)).toBe(formatCodeText(as, text));
    expect(formatSpokenText(locale, text).text).toBe(formatSpokenText(as, text).text);
  });

  it.each([
    ["en-AU", "en-AU"],
    ["en-GB", "en-GB"],
    ["en-IN", "en-IN"],
    ["en-NZ", "en-US"],
    ["es-AR", "es-ES"],
    ["es-MX", "es-MX"],
    ["es-US", "es-US"],
    ["es-419", "es-US"],
    ["fr-CA", "fr-CA"],
    ["nl-BE", "nl-BE"],
    ["no", "nb-NO"],
    ["zh-TW", "en-US"],
  ])("%s is spoken as Vonage's %s", (locale, language) => {
    expect(formatSpokenText(locale, text).language).toBe(language);
  });
});

it("the languages of the GSM alphabet stay within it", () => {
  for (const locale of ["en", "de", "fr", "it", "nl", "sv", "da", "nb", "fi", "pl"])
    expect(isGsmText(formatCodeText(locale, text)), locale).toBe(true);
});

/**
 * For each locale: Vonage's language for calls, and the sentences for one minute and for five. The codes are from the
 * guide "Text to Speech", where style 0 of each supports SSML, and from TTSLanguages in @vonage/voice 1.24.1.
 */
const CALLS: readonly (readonly [locale: string, language: string, one: string, five: string])[] = [
  ["cs", "cs-CZ", "Platí 1 minutu.", "Platí 5 minut."],
  ["da", "da-DK", "gælder i 1 minut.", "gælder i 5 minutter."],
  ["de", "de-DE", "ist 1 Minute gültig.", "ist 5 Minuten gültig."],
  ["en", "en-US", "valid for 1 minute.", "valid for 5 minutes."],
  ["es", "es-ES", "Caduca en 1 minuto.", "Caduca en 5 minutos."],
  ["fi", "fi-FI", "voimassa 1 minuutin ajan.", "voimassa 5 minuutin ajan."],
  ["fr", "fr-FR", "valable 1 minute.", "valable 5 minutes."],
  ["it", "it-IT", "Scade tra 1 minuto.", "Scade tra 5 minuti."],
  ["ja", "ja-JP", "有効期限は1 分です。", "有効期限は5 分です。"],
  ["nb", "nb-NO", "gjelder i 1 minutt.", "gjelder i 5 minutter."],
  ["nl", "nl-NL", "is 1 minuut geldig.", "is 5 minuten geldig."],
  ["pl", "pl-PL", "ważny przez 1 minutę.", "ważny przez 5 minut."],
  ["pt", "pt-PT", "válido por 1 minuto.", "válido por 5 minutos."],
  ["pt-br", "pt-BR", "válido por 1 minuto.", "válido por 5 minutos."],
  ["sv", "sv-SE", "gäller i 1 minut.", "gäller i 5 minuter."],
  ["tr", "tr-TR", "1 dakika geçerlidir.", "5 dakika geçerlidir."],
];

describe("a call", () => {
  const heardOf = (locale: string, minutes: number) =>
    heard(formatSpokenText(locale, { ...text, minutes }).text);

  it.each(CALLS)("in %s uses Vonage's language %s, with %j and %j", (locale, language, one, five) => {
    expect(formatSpokenText(locale, text).language).toBe(language);
    expect(heardOf(locale, 1)).toContain(one);
    expect(heardOf(locale, 5)).toContain(five);
  });

  it("has a language for each locale with a text", () => {
    expect(CALLS.map(([locale]) => locale)).toEqual(TEXT_LOCALES);
  });

  it.each([
    ["cs", 2, "2 minuty."],
    ["cs", 4, "4 minuty."],
    ["pl", 3, "3 minuty."],
    ["pl", 15, "15 minut."],
    ["pl", 22, "22 minuty."],
  ])("in %s has the right plural for %d minutes: %s", (locale, minutes, said) => {
    expect(heardOf(locale, minutes)).toContain(said);
  });
});

it("minutes are rounded down, to one at least", () => {
  expect([0, 30, 60, 119, 120, 600].map(toMinutes)).toEqual([1, 1, 1, 1, 2, 10]);
});

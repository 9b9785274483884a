import { describe, expect, it } from "vitest";
import { isGsmText } from "../../src/gsm-alphabet.ts";
import { splitText } from "../../src/sandbox/text-parts.ts";
import { formatSpokenText } from "../../src/two-factor/spoken.ts";
import { formatCodeText, TEXT_LOCALES, toMinutes } from "../../src/two-factor/texts.ts";

const text = { code: "738291", brand: "Acme", minutes: 10 };

/** What a voice would say: the markup is gone, pauses are commas. */
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

  it("a text is one part, with the longest code and a brand of usual length", () => {
    const said = formatCodeText(locale, { code: "7382910465", brand: "Acme", minutes: 60 });
    expect(splitText(said, isGsmText(said) ? "gsm" : "unicode")).toEqual([said]);
  });

  it("a text has nothing to click on", () => {
    expect(formatCodeText(locale, text)).not.toMatch(/https?:|www\.|\w\.\w|@/);
  });

  it("a call says brand, digits one by one, and minutes", () => {
    const said = heard(formatSpokenText(locale, text).text);
    expect(said).toContain("7 , 3 , 8 , 2 , 9 , 1");
    expect(said).toContain("Acme");
    expect(said).toMatch(/(?<!\d)10 ?\p{L}/u);
  });

  it("a call is well-formed SSML", () => {
    const { text: ssml } = formatSpokenText(locale, { ...text, brand: `<&>"'` });
    expect(ssml).toMatch(/^<speak>([^<>&]|&(amp|lt|gt|quot|apos);|<break time='[\d.]+m?s'\/>)+<\/speak>$/);
  });

  it("text and call are in one language, and only what has no text of its own is in English", () => {
    expect(formatSpokenText(locale, text).language.toLowerCase()).toMatch(
      new RegExp(`^${locale.split("-")[0]}`),
    );
    expect(formatCodeText(locale, text) === formatCodeText("en", text)).toBe(locale === "en");
    expect(formatSpokenText(locale, text).text === formatSpokenText("en", text).text).toBe(locale === "en");
  });
});

describe("a locale", () => {
  it("is one of a dozen languages at least", () => {
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
    ["en", "en-US"],
    ["en-GB", "en-GB"],
    ["en-NZ", "en-US"],
    ["es-AR", "es-ES"],
    ["es-MX", "es-MX"],
    ["es-419", "es-US"],
    ["fr-CA", "fr-CA"],
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

it("one minute is said in the singular, and several as the language counts them", () => {
  const said = (locale: string, minutes: number) =>
    heard(formatSpokenText(locale, { ...text, minutes }).text);
  expect(said("en", 1)).toContain("1 minute.");
  expect(said("en", 2)).toContain("2 minutes.");
  expect(said("pl", 1)).toContain("1 minutę.");
  expect(said("pl", 3)).toContain("3 minuty.");
  expect(said("pl", 15)).toContain("15 minut.");
  expect(said("cs", 1)).toContain("1 minutu.");
  expect(said("cs", 4)).toContain("4 minuty.");
  expect(said("cs", 10)).toContain("10 minut.");
  expect(said("ja", 10)).toContain("10 分");
});

it("minutes are rather too few than too many", () => {
  expect([0, 30, 60, 119, 120, 600].map(toMinutes)).toEqual([1, 1, 1, 1, 2, 10]);
});

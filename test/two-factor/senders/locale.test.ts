import { describe, expect, it } from "vitest";
import { pickByLocale } from "../../../src/two-factor/senders/locale.ts";

const TABLE = { en: "English", nb: "Norwegian", se: "Sami", "se-no": "Sami of Norway", "zh-hant": "Chinese" };

describe("the entry for a locale", () => {
  it.each([
    ["se-NO", "Sami of Norway"],
    ["se_no", "Sami of Norway"],
    ["se-NO-x", "Sami of Norway"],
    ["se-FI", "Sami"],
    ["no", "Norwegian"],
    ["no-NO", "Norwegian"],
    ["no_NO", "Norwegian"],
    ["nob", "English"],
    ["zh-Hant-TW", "Chinese"],
    ["zh-TW", "English"],
    ["", "English"],
  ])("%s is its own, or else its language's, or else English: %s", (locale, found) => {
    expect(pickByLocale(TABLE, locale)).toBe(found);
  });
});

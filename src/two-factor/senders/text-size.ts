// What a text of one's own costs: each part is paid for, and one character outside the GSM alphabet more than doubles
// their number.

import { isGsmText } from "../../shared/gsm-alphabet.ts";
import { splitText } from "../../shared/text-parts.ts";
import { LONGEST_BRAND } from "../request.ts";
import { type FoundTemplate, fillTemplate } from "./templates.ts";
import { toMinutes } from "./texts.ts";

/** How a text of one's own goes out. */
export interface TextSize {
  /** What it is for: `de`, `IN` or `US:es`. */
  readonly name: string;
  /** `Unicode`: it holds a character outside the GSM alphabet, so that a part has 70 characters and not 160. */
  readonly encoding: "GSM-7" | "Unicode";
  /** Messages that are paid for, with the longest brand that a request may name. */
  readonly parts: number;
  /** Characters outside the GSM alphabet, each of them once: without them it would be GSM-7. */
  readonly outside: string;
}

/** What the texts of a Worker hold. */
export interface TextSample {
  /** Who asks for codes where a request does not say. */
  readonly brand: string;
  /** Digits. */
  readonly codeLength: number;
  /** Seconds. */
  readonly lifetime: number;
}

/** Measures each text as it goes out with the longest brand, without the lines of code autofill. */
export function measureTexts(
  templates: Readonly<Record<string, FoundTemplate>>,
  { brand, codeLength, lifetime }: TextSample,
): readonly TextSize[] {
  const values = {
    code: "0".repeat(codeLength),
    brand: brand.padEnd(LONGEST_BRAND, "x"),
    minutes: toMinutes(lifetime),
  };
  return Object.entries(templates).map(([name, template]) => {
    const text = fillTemplate(template.text, values);
    const outside = [...new Set(text)].filter((character) => !isGsmText(character)).join("");
    const isGsm = outside === "";
    return {
      name,
      encoding: isGsm ? "GSM-7" : "Unicode",
      parts: splitText(text, isGsm ? "gsm" : "unicode").length,
      outside,
    };
  });
}

// The cost of the operator's own texts: each part is charged, and one character outside the GSM alphabet more than
// doubles the parts.

import { isGsmText } from "../../shared/gsm-alphabet.ts";
import { splitText } from "../../shared/text-parts.ts";
import { LONGEST_BRAND } from "../request-schemas.ts";
import { type FoundTemplate, fillTemplate } from "./templates.ts";
import { toMinutes } from "./texts.ts";

/** Encoding and length of one of the operator's own texts. */
export interface TextSize {
  /** Its key: `de`, `IN` or `US:es`. */
  readonly name: string;
  /** `Unicode`: a character is outside the GSM alphabet, so that a part has 70 characters instead of 160. */
  readonly encoding: "GSM-7" | "Unicode";
  /** Messages charged, with the longest brand that a request may name. */
  readonly parts: number;
  /** Characters outside the GSM alphabet, each once. Without them the encoding would be GSM-7. */
  readonly outside: string;
}

/** Values to measure texts with. */
export interface TextSample {
  /** The brand of requests that name none. */
  readonly brand: string;
  /** Digits of a code. */
  readonly codeLength: number;
  /** Seconds for which a code is valid. */
  readonly lifetime: number;
}

/** Measures each text with the longest brand, and without the lines for autofill. */
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

// Turns the wrangler.toml of this package's repository into that of a new project.

import type { Project } from "./project.ts";

/** @param template The repository's own wrangler.toml, so that bindings, migrations and limits never differ. */
export function formatWranglerToml(template: string, { name, brand, countries, smsFrom }: Project): string {
  const changes: readonly (readonly [RegExp, string])[] = [
    [/^name = .*$/m, `name = ${quote(name)}`],
    [/^main = .*$/m, 'main = "src/index.ts"'],
    [/^(# Secrets, each set with .*?)\. .*:$/m, "$1:"],
    [/^directory = .*$/m, 'directory = "node_modules/vonage-conversion/dist/assets"'],
    [/^\[build\]\n(?:.+\n)+\n/m, ""],
    [/^# TWO_FACTOR_BRAND = .*$/m, `TWO_FACTOR_BRAND = ${quote(brand)}`],
    [/^# TWO_FACTOR_COUNTRIES = .*$/m, `TWO_FACTOR_COUNTRIES = ${quote(countries)}`],
    [/^# SMS_FROM = .*$/m, `SMS_FROM = ${quote(smsFrom)}`],
  ];
  return changes.reduce((text, [pattern, replacement]) => {
    if (!pattern.test(text)) throw new Error(`wrangler.toml has nothing like ${pattern}.`);
    return text.replace(pattern, replacement);
  }, template);
}

/** TOML's basic strings are like JSON's. A dollar sign would be a reference in a replacement. */
const quote = (text: string): string => JSON.stringify(text).replaceAll("$", "$$$$");

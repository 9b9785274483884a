import { getCountries } from "libphonenumber-js/min";
import { expect, it } from "vitest";
import { explainCountry, isCountry } from "../../../src/two-factor/numbers/country.ts";

it("exactly the countries of numbering plans are known", () => {
  const known = new Set<string>(getCountries());
  const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
  const pairs = letters.flatMap((first) => letters.map((second) => first + second));
  expect(pairs.filter((pair) => isCountry(pair) !== known.has(pair))).toEqual([]);
});

it.each(["", "us", "Us", "USA", "U", "*", "-US", "US ", "__proto__"])("%j is no country", (code) => {
  expect(isCountry(code)).toBe(false);
});

it.each([
  ["UK", /did you mean GB\?$/],
  ["de", /did you mean DE\?$/],
  ["XX", /telephone numbers$/],
  ["constructor", /telephone numbers$/],
])("%s is explained", (code, text) => {
  expect(explainCountry(code)).toMatch(text);
});

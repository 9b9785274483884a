// The list of countries that get codes. An unknown code would serve nothing, or block nothing after a "-", silently.

import * as v from "valibot";
import { field } from "../../../src/shared/validation.ts";
import { explainCountry, isCountry } from "../../../src/two-factor/numbers/country.ts";
import { NO_COUNTRY } from "./served-numbers.ts";

/** A text that was meant as a country's code. It is short enough to be quoted safely. */
const LIKE_A_CODE = /^-?([A-Za-z]{2,3})$/;

const entrySchema = v.pipe(
  field<string>(
    `*, ${NO_COUNTRY} or an ISO 3166 alpha-2 code in upper case, or one of them after - to refuse it`,
    (value) => typeof value === "string" && (isWide(value) || LIKE_A_CODE.test(value)),
  ),
  v.check(
    (entry) => isWide(entry) || isCountry(toCode(entry)),
    ({ input }) => `must not name ${toCode(input)}, which ${explainCountry(toCode(input))}`,
  ),
);

/** `GB US`, `*`, `* -RU`: at least one country, and none both served and refused. */
export const countryListSchema = v.pipe(
  v.array(entrySchema, "must be a list of countries"),
  v.check((list) => list.some((one) => !one.startsWith("-")), "must name a country to serve, or *"),
  v.check(
    (list) => findContradiction(list) === undefined,
    ({ input }) => `must not both serve and refuse ${findContradiction(input)}`,
  ),
);

/** Not a single country: all of them, or numbers without one. */
const isWide = (entry: string): boolean => entry === "*" || toCode(entry) === NO_COUNTRY;

const toCode = (entry: string): string => entry.replace(/^-/, "");

const findContradiction = (list: readonly string[]) => list.find((one) => list.includes(`-${one}`));

import { type CountryCode, getExampleNumber } from "libphonenumber-js/max";
import examples from "libphonenumber-js/mobile/examples";
import { expect, it } from "vitest";
import { countryOf, NETWORKS, networkOf } from "../../../src/sandbox/routing/networks.ts";

const countries = [...new Set(NETWORKS.map(countryOf))];

it("a mobile number of each country of the model belongs to one of its networks", () => {
  expect(countries).toHaveLength(21);
  for (const country of countries) {
    const number = getExampleNumber(country as CountryCode, examples)?.number.slice(1) ?? "";
    expect([country, countryOf(networkOf(number) ?? "")]).toEqual([country, country]);
  }
});

it("numbers of a country are spread over all of its networks", () => {
  const seen = new Set<string | undefined>();
  for (const country of countries) {
    const number = getExampleNumber(country as CountryCode, examples)?.number.slice(1) ?? "";
    for (let digit = 0; digit < 10; digit++) {
      for (let place = 3; place < 8; place++) {
        seen.add(networkOf(number.slice(0, place) + digit + number.slice(place + 1)));
      }
    }
  }
  expect(NETWORKS.filter((one) => !seen.has(one))).toEqual([]);
});

it("all numbers of a block of 10 000 belong to one network", () => {
  for (const block of ["44740012", "1201555", "92300123", "4915112345"]) {
    const networks = ["0000", "4711", "9999"].map((end) => networkOf(block + end));
    expect(new Set(networks).size).toBe(1);
  }
});

it("landlines and countries that the model does not have belong to no network", () => {
  expect(["442079460018", "35312345678", "8816123456789"].map(networkOf)).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(countryOf("99999")).toBe("ZZ");
});

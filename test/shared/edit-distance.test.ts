import { expect, it } from "vitest";
import { measureDistance } from "../../src/shared/edit-distance.ts";

it.each([
  ["", "", 0],
  ["", "AB", 2],
  ["ABC", "", 3],
  ["FROM", "FORM", 1],
  ["COUNTRY", "COUNTRIES", 3],
  ["KITTEN", "SITTING", 3],
  ["AB", "AB", 0],
])("%j and %j are %d apart", (one, other, distance) => {
  expect(measureDistance(one, other)).toBe(distance);
  expect(measureDistance(other, one)).toBe(distance);
});

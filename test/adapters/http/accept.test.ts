import { expect, it } from "vitest";
import { chooseType } from "../../../adapters/http/accept.ts";

it.each([
  [null, "application/json"],
  ["", "application/json"],
  ["*/*", "application/json"],
  ["text/csv", "text/csv"],
  ["TEXT/CSV; charset=utf-8", "text/csv"],
  ["text/*", "text/csv"],
  ["text/csv;q=0.5, application/json", "application/json"],
  ["application/json;q=0.1, text/csv;q=0.2", "text/csv"],
  ["text/csv;q=0, */*", "application/json"],
  ["application/json;q=nonsense, text/csv;q=0.1", "text/csv"],
  ["image/png", "application/json"],
  [`${"x,".repeat(5000)}text/csv`, "application/json"],
])("Accept %j gets %s", (accept, type) => {
  expect(chooseType(accept, ["application/json", "text/csv"])).toBe(type);
});

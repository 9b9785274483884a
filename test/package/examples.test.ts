import { expect, it } from "vitest";
import { findDrift } from "../e2e/examples/copies.ts";

it("files that several examples share are identical copies", () => {
  expect(findDrift()).toEqual([]);
});

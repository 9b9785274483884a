// docs/openapi.yaml as a text: it is valid, and has exactly the Worker's routes and problems.

import { readFileSync } from "node:fs";
import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, it, vi } from "vitest";
import type * as App from "../../../adapters/http/app.ts";
import { PROBLEMS } from "../../../adapters/http/problems.ts";
import { PROXY_KEY } from "../../support/local-stack.ts";
import {
  DOCUMENT_PATH,
  document,
  documentedOutcomes,
  operations,
  problemsOf,
  validatorAt,
} from "./openapi-document.ts";

const routes = vi.hoisted((): string[] => []);
vi.mock("../../../adapters/http/app.ts", async (importOriginal) => {
  const original = await importOriginal<typeof App>();
  const addRoute: typeof original.addRoute = (app, config, path, methods, log) => {
    for (const method of Object.keys(methods)) routes.push(`${method} ${path.replace(/:(\w+)/g, "{$1}")}`);
    original.addRoute(app, config, path, methods, log);
  };
  return { ...original, addRoute };
});

const { responses, examples } = document.components;
const exampleNames = (content: (typeof responses)[string]["content"] = {}) =>
  Object.values(content).flatMap((one) => Object.keys(one.examples ?? {}));

it("is OpenAPI 3.1, of this package's version", async () => {
  const validator = new Validator();
  expect(await validator.validate(DOCUMENT_PATH)).toEqual({ valid: true });
  expect(validator.version).toBe("3.1");
  expect(document.info.version).toBe(JSON.parse(readFileSync("package.json", "utf8")).version);
});

it("has every route of the handler with its methods, and no other", async () => {
  // Tests that ran before in this process have loaded the handler without the mock.
  vi.resetModules();
  const { createHandler } = await import("../../../adapters/http/handler.ts");
  const { resolveHandlerOptions } = await import("../../../adapters/http/options.ts");
  const credentials = { "2fa": { apiKey: "abcd1234", apiSecret: "secret" } };
  createHandler(resolveHandlerOptions({ credentials, proxyKeys: [PROXY_KEY] }));
  expect([...operations.keys()].sort()).toEqual(routes.sort());
});

describe("a problem", () => {
  const documented = Object.keys(responses).flatMap(problemsOf);

  it("is described by its name if the Worker has it, and only then", () => {
    expect([...new Set(documented)].sort()).toEqual(Object.keys(PROBLEMS).sort());
  });

  it.each(Object.entries(PROBLEMS))("has an example with the title and status it has: %s", (name, entry) => {
    const [status, title] = entry;
    const type = `urn:problem:vonage-conversion:${name}`;
    expect(examples[name]?.value).toMatchObject({
      type,
      title,
      status,
      detail: expect.stringMatching(/.{10}/),
    });
  });

  it("comes with its own status, wherever an operation names it", () => {
    const named = documentedOutcomes().map((outcome) => outcome.split(" ").slice(2));
    const wrong = named.filter(
      ([status, name = ""]) =>
        name in PROBLEMS && String(PROBLEMS[name as keyof typeof PROBLEMS][0]) !== status,
    );
    expect(wrong).toEqual([]);
  });
});

describe("a response", () => {
  it.each(Object.entries(responses))("has an example of everything it may be: %s", (name, { content }) => {
    const problems = problemsOf(name);
    if (problems.length > 0) expect(exampleNames(content)).toEqual(problems);
    else if (content !== undefined) expect(exampleNames(content).length).toBeGreaterThan(0);
  });

  it.each(Object.entries(responses))("has examples that are as its schema says: %s", (name, { content }) => {
    for (const [type, one] of Object.entries(content ?? {})) {
      const validate = validatorAt("components", "responses", name, "content", type, "schema");
      for (const example of exampleNames({ [type]: one })) {
        validate(examples[example]?.value);
        expect({ [example]: validate.errors ?? [] }).toEqual({ [example]: [] });
      }
    }
  });

  it("that no operation refers to answers requests without an operation", () => {
    const used = [...operations.values()].flatMap((one) => Object.values(one.responses));
    const names = used.map(({ $ref = "" }) => $ref.replace("#/components/responses/", ""));
    expect(Object.keys(responses).filter((name) => !names.includes(name))).toEqual(["MethodNotAllowed"]);
  });
});

it.each(
  [...operations].flatMap(([name, { requestBody }]) =>
    Object.entries(requestBody?.content ?? {}).map(([type, { schema, examples: own = {} }]) => ({
      name: `${name} by ${type}`,
      schema: schema.$ref?.split("/").slice(1) ?? [],
      own: Object.keys(own).map((key) => own[key]?.$ref?.split("/").at(-1) ?? ""),
    })),
  ),
)("has an example of what $name takes, and it is as its schema says", ({ schema, own }) => {
  expect(own.length).toBeGreaterThan(0);
  const validate = validatorAt(...schema);
  for (const example of own) {
    validate(examples[example]?.value);
    expect({ [example]: validate.errors ?? [] }).toEqual({ [example]: [] });
  }
});

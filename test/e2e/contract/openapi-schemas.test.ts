// The request schemas of docs/openapi.yaml against the schemas that requests are checked with: neither is trusted
// alone.

import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { eraseSchema } from "../../../adapters/http/erase.ts";
import { sentMessageSchema } from "../../../src/track/sent-message.ts";
import {
  checkSchema,
  lookSchema,
  resendSchema,
  startSchema,
} from "../../../src/two-factor/request-schemas.ts";
import { createReportSchema } from "../../../src/wire/report.ts";
import { document, operations, resolve, validatorAt } from "./openapi-document.ts";
import { type Property, type RequestSchema, toRequestSchema } from "./request-json-schema.ts";

/** A property as the document has it. */
interface Documented extends Property {
  readonly $ref?: string;
  readonly description?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
}

interface DocumentedSchema {
  readonly required?: readonly string[];
  readonly properties: Readonly<Record<string, Documented>>;
  readonly additionalProperties?: boolean;
}

const { schemas } = document.components as unknown as {
  readonly schemas: Readonly<Record<string, DocumentedSchema>>;
};

/** They say who is calling, and are gone before the request is checked. */
const CALLER = ["token", "api_key", "api_secret", "sig"];

const report = createReportSchema(Date.now);
const REQUESTS: readonly (readonly [component: string, schema: v.GenericSchema])[] = [
  ["ReportParameters", v.strictObject({ ...report.entries, "message-id": report.entries.messageId })],
  ["SentMessage", sentMessageSchema],
  ["StartRequest", startSchema],
  ["ResendRequest", resendSchema],
  ["CheckRequest", checkSchema],
  ["EraseRequest", eraseSchema],
];

/** A report is checked under the names of the client's options. */
const pick = (component: string, { required, properties }: RequestSchema): RequestSchema => {
  if (component !== "ReportParameters") return { required, properties };
  const { messageId: _, ...others } = properties;
  return { required: required.filter((name) => name !== "messageId"), properties: others };
};

/** In other languages `\w` and `\d` are more than ASCII, so the document may spell them out. */
const spellOut = (pattern: string) =>
  pattern.replaceAll("\\w", "A-Za-z0-9_").replace(/\\d(?=[^[]*\])/g, "0-9");

describe.each(REQUESTS)("%s of the document", (component, schema) => {
  const { required, properties } = pick(component, toRequestSchema(schema));
  const documented = schemas[component] ?? { properties: {} };
  const names = Object.keys(documented.properties).filter((name) => !CALLER.includes(name));

  it("has the parameters that the code takes, and takes no others", () => {
    expect(names.sort()).toEqual(Object.keys(properties).sort());
    expect(documented.additionalProperties).toBe(false);
  });

  it("requires what the code requires, and so does the body that consists of it", () => {
    // A report is checked under the names of the client's options.
    const wire = component === "ReportParameters" ? ["message-id", "delivered"] : required;
    expect([...(documented.required ?? [])].sort()).toEqual([...wire].sort());
    const bodies = [...operations.values()].flatMap(({ requestBody }) =>
      Object.values(requestBody?.content ?? {}).some(({ schema }) => schema.$ref?.endsWith(`/${component}`))
        ? [requestBody?.required]
        : [],
    );
    expect(bodies.length).toBeGreaterThan(0);
    expect(new Set(bodies)).toEqual(new Set([required.length > 0]));
  });

  it("has the code's lists, ranges, patterns and defaults", () => {
    for (const [name, property] of Object.entries(properties)) {
      const found = resolve(documented.properties[name] ?? {}) as Documented;
      if (property.enum !== undefined) expect(found.enum, name).toEqual(property.enum);
      expect([found.minimum, found.maximum], name).toEqual([property.minimum, property.maximum]);
      if (property.minimum !== undefined) expect(found.type, name).toBe("integer");
      if (found.pattern !== undefined && property.pattern !== undefined) {
        expect(spellOut(found.pattern), name).toBe(spellOut(property.pattern));
      }
      // In words: generators take a field with a default for one that is always there, in requests too.
      if (property.default !== undefined)
        expect(found.description, name).toContain(`Defaults to ${property.default}.`);
      expect(found.default, name).toBeUndefined();
    }
  });

  it("has the code's lengths where it does not repeat the code's pattern", () => {
    for (const [name, { pattern }] of Object.entries(properties)) {
      const found = resolve(documented.properties[name] ?? {}) as Documented;
      if (pattern === undefined || found.pattern !== undefined) continue;
      const { minLength = 0, maxLength = Number.NaN } = found;
      const takes = (length: number) => new RegExp(pattern, "su").test("a".repeat(length));
      expect(
        [minLength - 1, minLength, maxLength, maxLength + 1].map((one) => one >= 0 && takes(one)),
        name,
      ).toEqual([false, true, true, false]);
    }
  });
});

it("no operation has a parameter twice: in path, query or header, and again in its body", () => {
  for (const [name, { parameters = [], requestBody }] of operations) {
    const named = parameters.map((one) => resolve(one).name);
    const bodies = Object.values(requestBody?.content ?? {}).map(({ schema }) => resolve(schema));
    const [first = []] = bodies.map(({ properties = {} }) => Object.keys(properties));
    const all = [...named, ...first];
    expect(
      all.filter((one, at) => all.indexOf(one) !== at),
      name,
    ).toEqual([]);
  }
});

it("the wait of GET /2fa/{id} has the code's range and default", () => {
  const parameters = operations.get("GET /2fa/{id}")?.parameters ?? [];
  const wait = parameters.find(({ name }) => name === "wait") as { readonly schema?: object } | undefined;
  expect(toRequestSchema(lookSchema).properties).toEqual({
    wait: expect.objectContaining(wait?.schema ?? {}),
  });
});

// Checked by functions, which no JSON Schema expresses: the document and the code must agree on examples.
describe.each([
  [
    "CheckRequest",
    "code",
    checkSchema,
    ["123456", "12 34-56", "1234", "1234567890"],
    ["123", "12345678901", "", "abc"],
  ],
  ["StartRequest", "supersede", startSchema, [true, false, "true", "false"], ["yes", 1, null]],
  ["StartRequest", "ip", startSchema, ["192.0.2.1", "2001:db8::1", "::"], ["", 1, ":".repeat(101)]],
  ["StartRequest", "origin", startSchema, ["https://shop.example"], [1, null]],
  ["SentMessage", "sentAt", sentMessageSchema, [new Date().toISOString()], [7, null]],
  ["SentMessage", "price", sentMessageSchema, ["0.0333", 0.0333, "0"], [null, true]],
  ["ReportParameters", "delivered", undefined, [true, false], [null, "maybe", 2]],
] as const)("the document and the code agree on %s.%s:", (component, name, schema, taken, refused) => {
  const documented = validatorAt("components", "schemas", component, "properties", name);
  const rule = (schema?.entries as v.ObjectEntries | undefined)?.[name] ?? report.entries.delivered;

  it("both take what is right", () => {
    expect(taken.filter((value) => !documented(value))).toEqual([]);
    expect(taken.filter((value) => !v.is(rule as v.GenericSchema, value))).toEqual([]);
  });

  it("both refuse what is wrong", () => {
    expect(refused.filter((value) => documented(value))).toEqual([]);
    expect(refused.filter((value) => v.is(rule as v.GenericSchema, value))).toEqual([]);
  });
});

it("nothing else is checked by a function alone", () => {
  const unexpressed = REQUESTS.flatMap(([component, schema]) =>
    Object.entries(pick(component, toRequestSchema(schema)).properties)
      .filter(([, { enum: list, pattern, minimum }]) => !list && !pattern && minimum === undefined)
      .map(([name]) => `${component}.${name}`),
  );
  expect(unexpressed).toEqual([
    "ReportParameters.delivered",
    // Read from the wire's own spelling before it is checked; test/wire has it.
    "ReportParameters.timestamp",
    "SentMessage.sentAt",
    "SentMessage.price",
    "StartRequest.ip",
    "StartRequest.origin",
    "StartRequest.supersede",
    "ResendRequest.ip",
    "CheckRequest.code",
  ]);
});

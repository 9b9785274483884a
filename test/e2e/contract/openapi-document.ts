// docs/openapi.yaml, and what it says of an answer.

import { readFileSync } from "node:fs";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { parse } from "yaml";

export const DOCUMENT_PATH = "docs/openapi.yaml";

interface Reference {
  readonly $ref?: string;
}

interface Header extends Reference {
  readonly required?: boolean;
  /** The problems that it comes with; others come without it. */
  readonly "x-problems"?: readonly string[];
}

interface MediaType {
  readonly schema: Reference & {
    readonly properties?: {
      readonly type?: { readonly const?: string; readonly enum?: readonly string[] };
    };
  };
  readonly examples?: Readonly<Record<string, Reference>>;
}

export interface DocumentedAnswer extends Reference {
  readonly headers: Readonly<Record<string, Header>>;
  readonly content?: Readonly<Record<string, MediaType>>;
}

export interface Operation {
  readonly operationId: string;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly (Reference & { readonly name: string; readonly in: string })[];
  readonly requestBody?: {
    readonly required: boolean;
    readonly content: Readonly<Record<string, MediaType>>;
  };
  readonly responses: Readonly<Record<string, DocumentedAnswer>>;
}

interface Components {
  readonly headers: Readonly<Record<string, Header>>;
  readonly responses: Readonly<Record<string, DocumentedAnswer>>;
  readonly examples: Readonly<Record<string, { readonly value: unknown }>>;
}

interface OpenApi {
  readonly info: { readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Components & {
    readonly securitySchemes: Readonly<
      Record<string, { readonly type: string; readonly in?: string; readonly name?: string }>
    >;
  };
  /** For requests that have no operation. Linters would call them unused among the other components. */
  readonly "x-components": Components;
}

export const document = withAllComponents(parse(readFileSync(DOCUMENT_PATH, "utf8")));

/** Every operation, as `POST /2fa/{id}/check`. */
export const operations: ReadonlyMap<string, Operation> = new Map(
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation]),
  ),
);

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(document, "openapi");

/** The validator of the schema at a JSON pointer into the document. */
export function validatorAt(...pointer: readonly string[]): ValidateFunction {
  const escaped = pointer.map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1")));
  const validate = ajv.getSchema(`openapi#/${escaped.join("/")}`);
  if (validate === undefined) throw new Error(`there is no schema at ${pointer.join(" ")}`);
  return validate;
}

/** Follows a reference within the document; gives back anything else. */
export function resolve<T extends Reference>(found: T): T {
  if (found.$ref === undefined) return found;
  const parts = found.$ref.slice("#/".length).split("/");
  let target: unknown = document;
  for (const part of parts) target = (target as Readonly<Record<string, unknown>> | undefined)?.[part];
  if (target === undefined) throw new Error(`${found.$ref} leads nowhere`);
  return target as T;
}

/** Where a response of an operation is described: its name among the components. */
export function answerOf(operation: string, status: number): string | undefined {
  return operations.get(operation)?.responses[status]?.$ref?.replace("#/components/responses/", "");
}

/** The names of the problems that a response may be; empty if it is not a problem. */
export function problemsOf(answer: string): readonly string[] {
  const { type } =
    document.components.responses[answer]?.content?.["application/problem+json"]?.schema.properties ?? {};
  const types = type?.enum ?? (type?.const === undefined ? [] : [type.const]);
  return types.map((one) => one.replace("urn:problem:vonage-conversion:", ""));
}

/** Every outcome that the document names, as `POST /2fa 201` or `POST /2fa 403 wrong-traffic`. */
export function documentedOutcomes(): readonly string[] {
  return [...operations].flatMap(([operation, { responses }]) =>
    Object.keys(responses).flatMap((status) => {
      const problems = problemsOf(answerOf(operation, Number(status)) ?? "");
      return problems.length === 0
        ? [`${operation} ${status}`]
        : problems.map((problem) => `${operation} ${status} ${problem}`);
    }),
  );
}

function withAllComponents(parsed: OpenApi): OpenApi {
  const { components, "x-components": more } = parsed;
  return {
    ...parsed,
    components: {
      ...components,
      headers: { ...components.headers, ...more.headers },
      responses: { ...components.responses, ...more.responses },
      examples: { ...components.examples, ...more.examples },
    },
  };
}

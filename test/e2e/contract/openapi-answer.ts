// Compares an answer of the Worker with the document's description.

import { document, problemsOf, resolve, validatorAt } from "./openapi-document.ts";

/** Headers of HTTP, of the platform, of every answer, and of CORS. */
const OTHER_HEADERS =
  /^(content-type|content-length|transfer-encoding|connection|keep-alive|date|vary|cache-control|x-content-type-options|access-control-.*)$/;

export interface ReadAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** The problem's name; `undefined` if the answer is not a problem. */
export function problemIn({ headers, text }: ReadAnswer): string | undefined {
  if (headers.get("content-type") !== "application/problem+json") return undefined;
  return (JSON.parse(text) as { readonly type: string }).type.replace("urn:problem:vonage-conversion:", "");
}

/**
 * Lists the deviations from the description.
 *
 * @param name The response among the components.
 */
export function findDeviations(name: string, answer: ReadAnswer): readonly string[] {
  return [...checkHeaders(name, answer), ...checkBody(name, answer)];
}

function checkHeaders(name: string, { headers, ...rest }: ReadAnswer): string[] {
  const documented = Object.entries(document.components.responses[name]?.headers ?? {});
  const problem = problemIn({ headers, ...rest }) ?? "";
  const deviations: string[] = [];
  for (const [header, found] of documented) {
    const value = headers.get(header);
    const { required = false, "x-problems": problems } = resolve(found);
    const expected = problems === undefined ? required : problems.includes(problem);
    if (value === null) {
      if (expected) deviations.push(`${header} is missing`);
      continue;
    }
    if (problems !== undefined && !expected) deviations.push(`${header} comes with ${problem}`);
    const pointer =
      found.$ref === undefined
        ? ["components", "responses", name, "headers", header]
        : ["components", "headers", header];
    const validate = validatorAt(...pointer, "schema");
    if (!validate(value) && !validate(Number(value))) deviations.push(`${header} is ${value}`);
  }
  const names = documented.map(([header]) => header.toLowerCase());
  for (const header of headers.keys()) {
    if (!names.includes(header) && !OTHER_HEADERS.test(header)) deviations.push(`${header} is not described`);
  }
  if (headers.get("cache-control") !== "no-store") deviations.push("it may be cached");
  if (headers.get("x-content-type-options") !== "nosniff") deviations.push("its type may be guessed");
  return deviations;
}

function checkBody(name: string, answer: ReadAnswer): string[] {
  const { content } = document.components.responses[name] ?? {};
  const type = answer.headers.get("content-type");
  if (type === null) {
    return content === undefined && answer.text === "" ? [] : ["it has no body of a known type"];
  }
  if (content?.[type] === undefined) return [`it is ${type}`];
  const body: unknown = type.includes("json") ? JSON.parse(answer.text) : answer.text;
  const validate = validatorAt("components", "responses", name, "content", type, "schema");
  const errors = validate(body) ? [] : (validate.errors ?? []);
  const deviations = errors.map(({ instancePath, message, params }) =>
    [instancePath || "the body", message, JSON.stringify(params)].join(" "),
  );
  if (problemsOf(name).length > 0 && (body as { readonly status?: unknown }).status !== answer.status) {
    deviations.push("its status is not the answer's");
  }
  return deviations;
}

import {
  collectParameters,
  type DecodedParameters,
  type Parameter,
  type ParameterFault,
  toParameterFault,
} from "./parameters.ts";

/**
 * Reads a JSON body: one flat object of strings, whole numbers and booleans. An empty list counts as an empty object:
 * the PHP SDK sends one if the report is in the query.
 *
 * @param numbers Returns the numbers as written, to keep their spelling: a webhook's signature covers it.
 */
export function parseJson(
  text: string,
  numbers?: (json: string) => ReadonlyMap<string, string>,
): DecodedParameters {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return noBody("the body is not JSON");
  }
  if (typeof body !== "object" || body === null || (Array.isArray(body) && body.length > 0)) {
    return noBody("the JSON body must be one object");
  }
  const entries: Parameter[] = [];
  const faults: ParameterFault[] = [];
  const written = numbers?.(text);
  for (const [name, value] of Object.entries(body)) {
    const number = typeof value === "number" ? written?.get(name) : undefined;
    if (number !== undefined) {
      entries.push([name, number]);
      continue;
    }
    // JSON.parse may have altered an id that is a number: 1e3, or digits past 2^53.
    const scalar = Number.isSafeInteger(value) || typeof value === "boolean";
    if (typeof value === "string" || (scalar && name !== "message-id" && name !== "messageId"))
      entries.push([name, String(value)]);
    else
      faults.push(
        toParameterFault(name, "must be a string; delivered may be a boolean, timestamp whole seconds"),
      );
  }
  // JSON.parse silently keeps the last of repeated names; then the text has more strings than the result.
  if (countStrings(text) > countStrings(JSON.stringify(body))) {
    faults.push({ parameter: "", detail: "the JSON body repeats a name" });
  }
  return collectParameters(entries, faults);
}

const noBody = (detail: string): DecodedParameters => ({
  ...collectParameters([], [{ parameter: "", detail }]),
  unread: "body",
});

/** Counts the strings of well-formed JSON, in linear time, which a regular expression would not guarantee. */
function countStrings(json: string): number {
  let quotes = 0;
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === "\\") at++;
    else if (character === '"') quotes++;
  }
  return quotes / 2;
}

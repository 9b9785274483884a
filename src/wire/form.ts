import {
  collectParameters,
  type DecodedParameters,
  NO_PARAMETERS,
  type Parameter,
  type ParameterFault,
  toParameterFault,
} from "./parameters.ts";

/** Reads a query string or a form body. Unlike URLSearchParams, it reports broken escapes and broken UTF-8. */
export function parseForm(text: string): DecodedParameters {
  if (text === "") return NO_PARAMETERS;
  const entries: Parameter[] = [];
  const faults: ParameterFault[] = [];
  for (const pair of text.split("&")) {
    if (pair === "") continue;
    const cut = pair.indexOf("=");
    const name = decode(cut < 0 ? pair : pair.slice(0, cut));
    const value = decode(cut < 0 ? "" : pair.slice(cut + 1));
    if (name === undefined)
      faults.push({ parameter: "", detail: "a name is not valid percent-encoded UTF-8" });
    else if (value === undefined) faults.push(toParameterFault(name, "is not valid percent-encoded UTF-8"));
    else entries.push([name, value]);
  }
  const unread = faults.some(({ parameter }) => parameter === "") ? "names" : undefined;
  return { ...collectParameters(entries, faults), unread };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}

// Reads a request's parameters from the query and the body. The pure part is in parameters.ts.

import { readBoundedText } from "../shared/bounded-text.ts";
import { parseForm } from "./form.ts";
import { parseJson } from "./json-body.ts";
import { type DecodedParameters, mergeParameters } from "./parameters.ts";

/** 8 KiB is plenty: a report has some 250 bytes, a token some 300. */
export const MAX_REQUEST_BODY_BYTES = 8192;

/** The reason why a request could not be read. `consumed`: other code has read its body before. */
export type Unreadable = "too_large" | "unsupported_type" | "malformed" | "consumed";

/** Reads the query string of a URL. */
export const parseQuery = (url: string): DecodedParameters =>
  parseForm(/^[^?#]*\?([^#]*)/.exec(url)?.[1] ?? "");

/**
 * Reads the query string and the body (a form, JSON, or empty) as one set of parameters.
 *
 * @param lengthHolds `true` if the platform enforces `Content-Length`; see `readBoundedText`.
 * @returns The parameters with their faults, or the reason why the body could not be read.
 */
export async function readParameters(
  request: Request,
  lengthHolds = false,
): Promise<DecodedParameters | Unreadable> {
  const read = await readQueryAndBody(request, lengthHolds, parseJson);
  return typeof read === "string" ? read : mergeParameters(read.query, read.body);
}

/** As {@link readParameters}, with the query and the body apart. */
export async function readQueryAndBody(
  request: Request,
  lengthHolds: boolean | undefined,
  readJson: (text: string) => DecodedParameters,
): Promise<{ readonly query: DecodedParameters; readonly body: DecodedParameters } | Unreadable> {
  const query = parseQuery(request.url);
  if (Number(request.headers.get("content-length")) > MAX_REQUEST_BODY_BYTES) return "too_large";
  if (request.bodyUsed) return "consumed";
  let text: string | undefined;
  try {
    text = await readBoundedText(request, MAX_REQUEST_BODY_BYTES, lengthHolds);
  } catch {
    // The body is unused, yet unreadable, if other code holds its reader.
    return request.bodyUsed ? "malformed" : "consumed";
  }
  if (text === undefined) return "too_large";
  if (text === "") return { query, body: parseForm("") };
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  const encoding = request.headers.get("content-encoding") ?? "identity";
  if (encoding.toLowerCase() !== "identity") return "unsupported_type";
  if (type === "application/x-www-form-urlencoded") return { query, body: parseForm(text) };
  if (type === "application/json") return { query, body: readJson(text) };
  return "unsupported_type";
}

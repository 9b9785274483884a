// Reads the parameters of a request, whatever transport an SDK chose: the I/O beside src/wire/parameters.ts.

import { readBoundedText } from "../shared/bounded-text.ts";
import { type DecodedParameters, mergeParameters, parseForm, parseJson } from "./parameters.ts";

/** A report has some 250 bytes, a token some 300: 8 KiB is plenty. */
export const MAX_REQUEST_BODY_BYTES = 8192;

/** Why a request could not be read at all; `consumed`: somebody on our side of it has read the body before. */
export type Unreadable = "too_large" | "unsupported_type" | "malformed" | "consumed";

/** Reads the query string of a URL. */
export const parseQuery = (url: string): DecodedParameters =>
  parseForm(/^[^?#]*\?([^#]*)/.exec(url)?.[1] ?? "");

/**
 * Reads query string and body (form or JSON; none at all is fine) as one set of parameters.
 *
 * @param lengthHolds Whether the platform holds bodies to their `Content-Length`; see `readBoundedText`.
 * @returns The parameters with their faults, or why the body could not be read: over 8 KiB, neither form nor
 * JSON, broken off, or read already.
 */
export async function readParameters(
  request: Request,
  lengthHolds = false,
): Promise<DecodedParameters | Unreadable> {
  const read = await readQueryAndBody(request, lengthHolds, parseJson);
  return typeof read === "string" ? read : mergeParameters(read.query, read.body);
}

/** As {@link readParameters}, for readers who must know where a parameter stood. */
export async function readQueryAndBody(
  request: Request,
  lengthHolds: boolean,
  readJson: (text: string) => DecodedParameters,
): Promise<{ readonly query: DecodedParameters; readonly body: DecodedParameters } | Unreadable> {
  const query = parseQuery(request.url);
  if (Number(request.headers.get("content-length")) > MAX_REQUEST_BODY_BYTES) return "too_large";
  if (request.bodyUsed) return "consumed";
  let text: string | undefined;
  try {
    text = await readBoundedText(request, MAX_REQUEST_BODY_BYTES, lengthHolds);
  } catch {
    // It is not used yet where somebody else holds its reader.
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

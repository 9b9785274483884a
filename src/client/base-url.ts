import * as v from "valibot";
import { field } from "../shared/validation.ts";

/** The address of the Conversion API. */
export const DEFAULT_BASE_URL = "https://api.nexmo.com";

/** A base URL; the trailing slashes are removed. */
export const baseUrlSchema = v.pipe(
  field<string>("an https URL (http only for localhost) without user, query or fragment", isBaseUrl),
  v.transform((url) => {
    const { href } = new URL(url);
    let end = href.length;
    // A regular expression would take quadratic time on runs of slashes.
    while (href[end - 1] === "/") end--;
    return href.slice(0, end);
  }),
);

function isBaseUrl(value: unknown): boolean {
  if (typeof value !== "string" || !URL.canParse(value)) return false;
  const { protocol, hostname } = new URL(value);
  const local = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  return !/[@?#]/.test(value) && (protocol === "https:" || (protocol === "http:" && local));
}

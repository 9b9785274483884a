/**
 * A URL's path without empty segments and without a slash at its end: SDKs put theirs behind a base URL that may end
 * in a slash, which gives `//conversions/sms`. An encoded slash is part of a segment and stays.
 */
export function toNormalPath(path: string): string {
  if (!path.includes("//") && !path.endsWith("/")) return path;
  return `/${path
    .split("/")
    .filter((segment) => segment !== "")
    .join("/")}`;
}

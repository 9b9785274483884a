/**
 * Removes empty segments and a trailing slash from a URL's path. SDKs append their path to a base URL that may end in a
 * slash, which gives `//conversions/sms`. An encoded slash is part of its segment and stays.
 */
export function toNormalPath(path: string): string {
  if (!path.includes("//") && !path.endsWith("/")) return path;
  return `/${path
    .split("/")
    .filter((segment) => segment !== "")
    .join("/")}`;
}

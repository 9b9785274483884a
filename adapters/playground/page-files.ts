// Serves the files of the page, which the sandbox's Worker has as texts in its environment.

/** Allows only files from here: no inline scripts or styles, and no HTML made from strings. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

export interface PageFiles {
  readonly PAGE_HTML?: string;
  readonly PAGE_CSS?: string;
  readonly PAGE_JS?: string;
}

const FILES: Readonly<Record<string, readonly [file: keyof PageFiles, type: string]>> = {
  "/": ["PAGE_HTML", "text/html"],
  "/page.css": ["PAGE_CSS", "text/css"],
  "/page.js": ["PAGE_JS", "text/javascript"],
};

/** Answers a GET for a file of the page. Returns `undefined` for other requests, or if there is no page. */
export function servePage(request: Request, files: PageFiles): Response | undefined {
  const [file, type] = FILES[new URL(request.url).pathname] ?? [];
  const text = file && files[file];
  if (!text || (request.method !== "GET" && request.method !== "HEAD")) return undefined;
  return new Response(request.method === "HEAD" ? null : text, {
    headers: {
      "content-type": `${type}; charset=utf-8`,
      "content-security-policy": CONTENT_SECURITY_POLICY,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cache-control": "no-store",
    },
  });
}

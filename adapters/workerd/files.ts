// Serves static files from the Worker's environment, as Cloudflare's Static Assets do from a folder.

/** A file as text, with the headers of its answer. */
export interface StaticFile {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Files by their paths, such as `/console/`. */
export type StaticFiles = Readonly<Record<string, StaticFile>>;

/** Answers a GET for a file, or for a folder without its final slash. Returns `undefined` for all other requests. */
export function serveFile(request: Request, files: StaticFiles): Response | undefined {
  if (request.method !== "GET" && request.method !== "HEAD") return undefined;
  const { pathname } = new URL(request.url);
  if (Object.hasOwn(files, `${pathname}/`)) {
    return new Response(null, { status: 307, headers: { location: `${pathname}/` } });
  }
  const file = Object.hasOwn(files, pathname) ? files[pathname] : undefined;
  return file && new Response(request.method === "HEAD" ? null : file.body, { headers: file.headers });
}

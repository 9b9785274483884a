// Calls of the Worker's operator routes. The key lives in this closure and is written nowhere.

export type Answer<T> =
  | { readonly status: "ok"; readonly value: T }
  /** The Worker does not accept the key. */
  | { readonly status: "refused" }
  | { readonly status: "failed"; readonly detail: string };

export interface Api {
  get<T>(path: string, signal?: AbortSignal): Promise<Answer<T>>;
  post<T>(path: string): Promise<Answer<T>>;
}

const LONGEST_CALL_MS = 30_000;

export function createApi(key: string): Api {
  return {
    get: (path, signal) => call("GET", path, signal),
    post: (path) => call("POST", path),
  };

  async function call<T>(method: string, path: string, signal?: AbortSignal): Promise<Answer<T>> {
    const limit = AbortSignal.timeout(LONGEST_CALL_MS);
    try {
      const response = await fetch(path, {
        method,
        headers: { authorization: `Bearer ${key}` },
        credentials: "omit",
        redirect: "error",
        signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
      });
      if (response.status === 401 || response.status === 403) return { status: "refused" };
      const body: unknown = await response.json();
      if (response.ok) return { status: "ok", value: body as T };
      return { status: "failed", detail: readDetail(body) ?? `The Worker answered ${response.status}.` };
    } catch {
      return { status: "failed", detail: "The Worker did not answer." };
    }
  }
}

function readDetail(body: unknown): string | undefined {
  if (typeof body !== "object" || body === null || !("detail" in body)) return undefined;
  return typeof body.detail === "string" ? body.detail : undefined;
}

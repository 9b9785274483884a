// Finds out what the platform accepts in a request before anything is sent. It never looks at a runtime's name: it
// constructs a trial Request, as fetch itself does first.

/** Tells whether the platform accepts a request. */
export function isTaken(init: RequestInit): boolean {
  try {
    return !!new Request("http://localhost", init);
  } catch {
    // Without the Request class, as in Jest's jsdom, the injected fetch has to judge.
    return typeof Request === "undefined";
  }
}

/**
 * Creates the function that adds options to each request if the platform accepts them. It tries them once:
 *
 * - `cache: "no-store"`, since Next.js 13 and 14 cache the answers to POSTs, even with `Authorization`. workerd throws
 *   on it before compatibility date 2024-11-11.
 * - `signal`. jsdom replaces AbortController, and Node's fetch refuses foreign signals: then a request is abandoned
 *   instead of cancelled.
 */
export function createExtras(): (signal: AbortSignal) => RequestInit {
  const noStore: RequestInit = { cache: "no-store" };
  let takesSignal: boolean | undefined;
  let always: RequestInit = {};
  return (signal) => {
    if (takesSignal === undefined) {
      takesSignal = isTaken({ signal });
      if (isTaken(noStore)) always = noStore;
    }
    return takesSignal ? { ...always, signal } : always;
  };
}

/** Tells whether Blob is the platform's own. fetch sends a foreign one, such as jsdom's, as nothing or "[object Blob]". */
export function takesBlob(): boolean {
  const type = "text/x";
  try {
    return new Response(new Blob([], { type })).headers.get("content-type") === type;
  } catch {
    return false;
  }
}

/** The class of the bug that shows before anything is sent: the platform refuses the request. */
export const NOT_TAKEN = "TypeError";

/**
 * Tells a bug from a network failure, which is a TypeError by the Fetch standard, or an Error of the runtime.
 *
 * @param error The error that fetch threw.
 * @param init The request's options, if they may be wrong.
 * @returns The bug's class, since its message may quote a URL or a header; `undefined` for a network failure.
 */
export function findMistake(error: unknown, init?: RequestInit): string | undefined {
  const { name } = Object(error);
  if (/^(Reference|Range|Syntax|URI)Error$/.test(name)) return name;
  return init && !isTaken(init) ? NOT_TAKEN : undefined;
}

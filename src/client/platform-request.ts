// What the platform makes of a request before anything is sent. No runtime is recognised by its name: a Request is made
// for trial, which is what fetch itself begins with.

/** Whether the platform takes a request. */
export function isTaken(init: RequestInit): boolean {
  try {
    return !!new Request("http://localhost", init);
  } catch {
    // Without that class, as in Jest's jsdom, a fetch that was handed in has to judge for itself.
    return typeof Request === "undefined";
  }
}

/**
 * Makes the function that adds to each request what it should have wherever the platform takes it, which is tried once:
 *
 * - `cache: "no-store"`, since Next.js 13 and 14 keep the answers to POSTs, those with `Authorization` too. workerd
 *   throws on it before compatibility date 2024-11-11.
 * - the signal. jsdom replaces AbortController, and Node's fetch refuses signals that are not of its own: then a
 *   request is let go where it would be cancelled.
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

/** Whether Blob is the platform's own. Of another, as jsdom has one, fetch makes nothing, or "[object Blob]". */
export function takesBlob(): boolean {
  const type = "text/x";
  try {
    return new Response(new Blob([], { type })).headers.get("content-type") === type;
  } catch {
    return false;
  }
}

/** The class of a mistake that shows before anything is sent: the platform takes no such request. */
export const NOT_TAKEN = "TypeError";

/**
 * Tells a mistake in a program from a failure of the network, which is a TypeError by the Fetch standard, or an Error of
 * the runtime's.
 *
 * @param error What a fetch threw.
 * @param init What it was given, if anything can be wrong with that.
 * @returns The mistake's class, as its message may quote a URL or a header; `undefined` for the network.
 */
export function findMistake(error: unknown, init?: RequestInit): string | undefined {
  const { name } = Object(error);
  if (/^(Reference|Range|Syntax|URI)Error$/.test(name)) return name;
  return init && !isTaken(init) ? NOT_TAKEN : undefined;
}

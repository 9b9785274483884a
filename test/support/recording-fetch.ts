// A fetch that records requests as they would go over the wire, and answers from a script.

/** One request as the platform would send it. */
export interface SentRequest {
  readonly method: string;
  readonly url: string;
  /** The path, without the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly redirect: RequestRedirect;
  readonly keepalive: boolean;
  readonly signal: AbortSignal;
}

/** A status, or a function that makes the answer. It may throw like fetch. */
export type Answer = number | ((sent: SentRequest) => Response | Promise<Response>);

/** Gives the answers in order, and repeats the last one. The default is an empty 200. */
export function createRecordingFetch(...answers: readonly Answer[]) {
  const sent: SentRequest[] = [];
  const recordingFetch: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const recorded: SentRequest = {
      method: request.method,
      url: request.url,
      path: new URL(request.url).pathname,
      headers: Object.fromEntries(request.headers),
      // With fake timers, Node never finishes reading a request made of a Blob.
      body: await (init?.body instanceof Blob ? init.body : request).text(),
      redirect: request.redirect,
      keepalive: request.keepalive,
      signal: init?.signal ?? request.signal,
    };
    const answer = answers[Math.min(sent.length, answers.length - 1)] ?? 200;
    sent.push(recorded);
    return typeof answer === "number" ? new Response(null, { status: answer }) : answer(recorded);
  };
  return { fetch: recordingFetch, sent };
}

/** Never answers. Rejects when its signal aborts, like fetch. */
export const hanging: Answer = ({ signal }) =>
  new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

/** Never answers, and ignores its signal. */
export const deaf: Answer = () => new Promise(() => {});

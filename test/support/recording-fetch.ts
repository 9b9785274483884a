// A fetch that keeps what was sent, as it would go over the wire, and answers from a script.

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

/** A status, or what makes an answer; it may throw, as fetch does. */
export type Answer = number | ((sent: SentRequest) => Response | Promise<Response>);

/** Answers in the order given, the last one for ever; without any: 200 with nothing in it. */
export function createRecordingFetch(...answers: readonly Answer[]) {
  const sent: SentRequest[] = [];
  const recordingFetch: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const recorded: SentRequest = {
      method: request.method,
      url: request.url,
      path: new URL(request.url).pathname,
      headers: Object.fromEntries(request.headers),
      // Where timers are faked, Node never comes to the end of a request that is made of a Blob.
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

/** Never answers, and gives up when its signal says so, as fetch does. */
export const hanging: Answer = ({ signal }) =>
  new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

/** Never answers, and is deaf to its signal. */
export const deaf: Answer = () => new Promise(() => {});

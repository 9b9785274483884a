/**
 * How an SDK is told that its report is recorded: 200 and no body, as Vonage answers. The SDKs for Ruby (up to 7.5.0)
 * and Python (2 and 3) read the `Content-Type` without looking whether there is one, and they and others parse the
 * body as JSON where it says so. Text is what every one of them takes.
 */
export const EMPTY_ANSWER = { status: 200, headers: { "content-type": "text/plain" } } as const;

/**
 * How an SDK is told that its report is recorded: 200 and no body, as Vonage answers. The SDKs for Ruby (up to 7.5.0)
 * and Python (2 and 3) read the `Content-Type` without looking whether there is one, and parse the body as JSON where
 * it says so. Text is what they and the SDKs for PHP, Java and .NET take. The Node SDK 2 wants JSON and asks for it: the
 * Worker gives it JSON, while Vonage's own empty answer is an error to it, and so is the sandbox's.
 */
export const EMPTY_ANSWER = { status: 200, headers: { "content-type": "text/plain" } } as const;

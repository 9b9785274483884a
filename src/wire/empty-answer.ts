/**
 * Tells an SDK that its report is recorded: 200 and no body, as Vonage answers. The SDKs for Ruby (up to 7.5.0) and
 * Python (2 and 3) require a `Content-Type`, and parse the body if it is JSON. They and the SDKs for PHP, Java and .NET
 * accept text. The Node SDK 2 asks for JSON and gets it from the Worker; it fails on the empty answer of Vonage, and
 * of the sandbox.
 */
export const EMPTY_ANSWER = { status: 200, headers: { "content-type": "text/plain" } } as const;

// The table of problem documents (RFC 9457): name, status, title and default detail.

/**
 * Every problem by name. Its `type` is `urn:problem:vonage-conversion:` and the name, and never changes. Every problem
 * has a `detail`, because the SDKs for PHP and Ruby use it as the message of their errors.
 */
export const PROBLEMS = {
  "malformed-body": [
    400,
    "The body does not match its content type",
    "Send a complete form or one flat JSON object, in UTF-8, with each name once.",
  ],
  "invalid-parameters": [
    400,
    "Parameters are missing or wrong",
    "Compare the parameters with the API's description.",
  ],
  unauthenticated: [
    401,
    "A valid report token or proxy key is needed",
    "Send a report token as `token` in the form or as Bearer, or a proxy key as Bearer or Basic.",
  ],
  "webhook-refused": [
    401,
    "The webhook's signature is too old or does not match this account",
    "Compare the signature secret and method with the settings of the Vonage account, and check the clocks.",
  ],
  "webhook-of-messages-api": [
    422,
    "This webhook comes from the Messages API, but this service needs webhooks of the SMS API",
    'In the Vonage dashboard, under API settings, set "Default SMS Setting" to "SMS API".',
  ],
  "wrong-message": [
    403,
    "The token is for another message",
    "A report token is valid for one message of one channel; use the token of this message.",
  ],
  "wrong-traffic": [
    403,
    "This key or token is for the other kind of traffic",
    "Use a key or token for the message's kind of traffic; codes are 2FA traffic.",
  ],
  "country-not-served": [
    403,
    "No codes are sent to this country",
    "Nothing was sent. The operator of this service chooses the countries that codes are sent to.",
  ],
  "webhooks-closed": [
    403,
    "This service does not accept webhooks yet; its operator has to act",
    "The operator has to set the account's signature secret, or accept unsigned webhooks.",
  ],
  "not-found": [404, "No route has this path", "Compare the path with the API's description."],
  "method-not-allowed": [
    405,
    "This method is not allowed here",
    "The Allow header lists the methods of this path.",
  ],
  conflict: [
    409,
    "Another outcome is on record for this message",
    "The message was already reported as delivered. A later report of the opposite does not change that.",
  ],
  "idempotency-key-in-use": [
    409,
    "A request with this Idempotency-Key is still in progress",
    "Wait for the time in Retry-After, then repeat the request with the same key.",
  ],
  "nothing-to-retry": [409, "There is nothing to retry", "Only dead reports can be retried."],
  "body-too-large": [
    413,
    "The body is larger than 8 KiB",
    "Reports, messages and webhooks are shorter; send one at a time.",
  ],
  "unsupported-media-type": [
    415,
    "The body must be application/x-www-form-urlencoded or application/json, in UTF-8",
    "Set Content-Type to one of the two, and do not compress the body.",
  ],
  "upstream-rejected": [
    422,
    "Vonage refused the parameters",
    "Repeating the report does not help: check message id and channel.",
  ],
  "invalid-number": [
    422,
    "This is not a phone number",
    "Give the number with its country code, such as +447400123456.",
  ],
  "number-refused": [
    422,
    "Vonage does not deliver to this number; nothing was sent",
    "Ask the user for another number.",
  ],
  "channel-unavailable": [
    422,
    "No code can be sent to this number by this channel; nothing was sent",
    "Use the other channel, or another number.",
  ],
  "idempotency-key-reused": [
    422,
    "This Idempotency-Key was used for another request",
    "A key names one request: use a new key for each request, and the same key only to repeat it.",
  ],
  "code-wrong": [
    422,
    "The code is wrong",
    "Ask the user to compare the code with the last message; `attemptsLeft` is the number of guesses left.",
  ],
  "code-expired": [422, "The code has expired", "Start a new challenge, or request another message."],
  "code-superseded": [
    422,
    "A newer code replaced this one",
    "Ask the user for the code of the latest message.",
  ],
  "code-used": [
    422,
    "The challenge is already verified; a code is valid once",
    "For another login, start a new challenge.",
  ],
  "too-many-attempts": [
    422,
    "Too many guesses; start a new challenge",
    "The challenge is over: start a new one.",
  ],
  "too-many-messages": [
    422,
    "Too many messages were sent; start a new challenge",
    "This challenge sends no further message.",
  ],
  "challenge-cancelled": [422, "The challenge was cancelled", "The challenge is over: start a new one."],
  "too-many-requests": [429, "Too many requests", "Wait for the time in Retry-After."],
  "resend-too-soon": [
    429,
    "The last message may still arrive",
    "Wait for the time in Retry-After before requesting another message.",
  ],
  "number-limit": [
    429,
    "Too many codes were sent to this number",
    "Wait for the time in Retry-After, or use another number.",
  ],
  "prefix-limit": [
    429,
    "Too many codes were sent to neighbouring numbers",
    "Wait for the time in Retry-After; the operator's limits protect against traffic pumping.",
  ],
  "address-limit": [
    429,
    "Too many codes were requested from this address",
    "Wait for the time in Retry-After; the operator's limits protect against traffic pumping.",
  ],
  "country-limit": [
    429,
    "Too many codes were sent to this country",
    "Wait for the time in Retry-After, or have the operator raise the limit of this country.",
  ],
  "caller-limit": [
    429,
    "Too many codes were requested with this key",
    "Wait for the time in Retry-After, or have the operator raise the limit of this key.",
  ],
  "total-limit": [
    429,
    "Too many codes were requested from this service",
    "Wait for the time in Retry-After, or have the operator raise the limit of the service.",
  ],
  internal: [
    500,
    "Internal error",
    "The operator finds the cause in the log, under the X-Request-Id of this answer.",
  ],
  "no-ledger": [501, "This service has no ledger", "On Cloudflare, its operator can bind LEDGER."],
  "no-insight": [501, "This service gathers no figures", "On Cloudflare, its operator can bind INSIGHT."],
  "no-two-factor": [501, "This service sends no codes", "The operator has to set up the 2FA workflow first."],
  "send-unauthorized": [
    502,
    "Vonage refused this service's credentials for sending; its operator has to act",
    "Nothing was sent; the operator has to check API key, secret and private key.",
  ],
  "send-account-refused": [
    502,
    "Vonage does not send for this service's account; its operator has to act",
    "Nothing was sent; the operator has to check the balance and settings of the account.",
  ],
  "send-rejected": [
    502,
    "Vonage refused this message, its sender or its number; nothing was sent",
    "Check the number; where every message is refused, the operator has to check the sender and the text.",
  ],
  "send-unexpected": [
    502,
    "Vonage gave an answer that is not part of its API; nothing was sent",
    "The operator has to check the base URLs.",
  ],
  "upstream-unauthorized": [
    502,
    "Vonage refused this service's credentials; its operator has to act",
    "The operator has to check API key and secret of this traffic.",
  ],
  "upstream-not-enabled": [
    502,
    "Vonage has not enabled the Conversion API for this service; its operator has to act",
    "The operator has to ask Vonage support to enable it for this API key.",
  ],
  "upstream-unavailable": [502, "Vonage is unavailable", "Repeat the report later. Retrying is safe."],
  "upstream-unexpected": [
    502,
    "Vonage gave an answer that is not part of its API",
    "The operator has to check the base URL.",
  ],
  "not-configured": [
    503,
    "This service is not fully configured; its operator has to act",
    "`GET /health` and the log of this service name the settings.",
  ],
  "ledger-unavailable": [
    503,
    "Storage is unavailable; nothing was accepted. Retrying is safe",
    "Wait for the time in Retry-After, then repeat the request.",
  ],
  "challenges-unavailable": [
    503,
    "Challenges cannot be stored or read now. Nothing was sent; a checked code may have been counted",
    "Wait for the time in Retry-After, then repeat the request.",
  ],
  "limits-unavailable": [
    503,
    "Send limits cannot be counted now. Nothing was sent",
    "Wait for the time in Retry-After, then repeat the request.",
  ],
  "insight-unavailable": [
    503,
    "The figures cannot be read now",
    "Wait for the time in Retry-After, then repeat the request. Nothing that was counted is lost.",
  ],
  "route-paused": [
    503,
    "Codes to this country are paused on this channel, because most of its messages were pumped. Nothing was sent",
    "Wait for the time in Retry-After, or use the other channel. The operator of this service can end the pause.",
  ],
  "send-throttled": [503, "Vonage throttles this service; nothing was sent", "Try again in a few seconds."],
  "send-unavailable": [
    503,
    "Vonage cannot send now; nothing was sent",
    "Try again in a few seconds, or use the other channel.",
  ],
  "upstream-throttled": [
    503,
    "Vonage throttles this service",
    "Wait for the time in Retry-After, then repeat the report.",
  ],
  "upstream-timeout": [504, "Vonage did not answer in time", "Repeat the report. Retrying is safe."],
  "send-uncertain": [
    504,
    "Vonage did not answer: the message may have been sent, and its code counts",
    "Let the user type the code if it arrives; request another message after the cooldown.",
  ],
} as const satisfies Record<string, readonly [status: number, title: string, detail: string]>;

export type ProblemName = keyof typeof PROBLEMS;

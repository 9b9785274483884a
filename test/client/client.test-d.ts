// Type tests, which `tsc -p test` checks and nothing runs. Code after each `@ts-expect-error` must not type-check.

import { expectTypeOf } from "vitest";
import {
  type AttemptEvent,
  type Channel,
  type ConversionClient,
  type ConversionClientOptions,
  ConversionError,
  type ConversionErrorCode,
  type ConversionReport,
  type ConversionResult,
  type Credentials,
  createConversionClient,
  isConversionError,
  type RetryOptions,
  type SignatureMethod,
  type Traffic,
} from "../../src/index.ts";
import { createSandbox, SANDBOX_CREDENTIALS } from "../../src/sandbox/index.ts";
import { mintReportToken, verifyReportToken } from "../../src/token/index.ts";

const secret = { apiKey: "k", apiSecret: "s" };
const signature = { apiKey: "k", signatureSecret: "s", signatureMethod: "sha256" } as const;
const endpoint = "https://worker.example";
const report = { messageId: "x", delivered: true };

// Legal combinations.
const client = createConversionClient({ credentials: secret });
createConversionClient({ credentials: { ...secret, via: "query" }, baseUrl: "https://rest.nexmo.com" });
createConversionClient({ credentials: signature });
createConversionClient({ endpoint, token: "t" });
createConversionClient({ endpoint, key: "k" });
createConversionClient({
  credentials: SANDBOX_CREDENTIALS.twoFactor,
  fetch: createSandbox().fetch,
  timeout: 1,
  retry: { attempts: 1 },
  signal: new AbortController().signal,
  onAttempt: ({ code, retryIn }) => console.log(code, retryIn),
});
createConversionClient({ credentials: secret, retry: false });

// Both modes, or an incomplete one.
// @ts-expect-error no credentials
createConversionClient({});
// @ts-expect-error options are required
createConversionClient();
// @ts-expect-error credentials and endpoint are two modes
createConversionClient({ credentials: secret, endpoint, key: "k" });
// @ts-expect-error credentials exclude an endpoint
createConversionClient({ credentials: secret, endpoint });
// @ts-expect-error credentials exclude a token
createConversionClient({ credentials: secret, token: "t" });
// @ts-expect-error token and key are for two kinds of callers
createConversionClient({ endpoint, token: "t", key: "k" });
// @ts-expect-error an endpoint needs a token or key
createConversionClient({ endpoint });
// @ts-expect-error a token needs its endpoint
createConversionClient({ token: "t" });
// @ts-expect-error baseUrl is Vonage's, endpoint the Worker's
createConversionClient({ endpoint, key: "k", baseUrl: endpoint });
// @ts-expect-error baseUrl is Vonage's, endpoint the Worker's, with a token too
createConversionClient({ endpoint, token: "t", baseUrl: endpoint });
// @ts-expect-error an unknown option
createConversionClient({ credentials: secret, retries: 3 });
// @ts-expect-error true gives no number
createConversionClient({ credentials: secret, retry: true });

// Credentials.
// @ts-expect-error an API key alone proves nothing
createConversionClient({ credentials: { apiKey: "k" } });
// @ts-expect-error the method is a setting of the account and has no default
createConversionClient({ credentials: { apiKey: "k", signatureSecret: "s" } });
// @ts-expect-error unknown via
createConversionClient({ credentials: { ...secret, via: "body" } });
// @ts-expect-error unknown method
createConversionClient({ credentials: { ...signature, signatureMethod: "sha384" } });
// @ts-expect-error a method alone signs nothing
createConversionClient({ credentials: { apiKey: "k", signatureMethod: "md5" } });
// @ts-expect-error secrets of both kinds
createConversionClient({ credentials: { ...secret, ...signature } });
// @ts-expect-error secrets of both kinds, one of them without its method
createConversionClient({ credentials: { ...secret, signatureSecret: "s" } });
// @ts-expect-error an API secret has no method
createConversionClient({ credentials: { ...secret, signatureMethod: "md5" } });
// @ts-expect-error an API secret in the query has no method either
createConversionClient({ credentials: { ...secret, via: "query", signatureMethod: "md5" } });
createConversionClient({ credentials: { ...secret, via: "basic-query" } });
createConversionClient({ credentials: { ...signature, via: "query" } });
// @ts-expect-error a signature goes in a form or in the query, never in the header
createConversionClient({ credentials: { ...signature, via: "basic" } });
// @ts-expect-error a signature never goes beside a header either
createConversionClient({ credentials: { ...signature, via: "basic-query" } });
// @ts-expect-error an API secret goes in the header or in the query
createConversionClient({ credentials: { ...secret, via: "form" } });
// @ts-expect-error no API key
createConversionClient({ credentials: { apiSecret: "s" } });
// @ts-expect-error an unknown name
createConversionClient({ credentials: { ...secret, secret: "s" } });

// The same with variables, for which TypeScript does not check excess properties.
declare const secretAndMethod: typeof secret & { signatureMethod: SignatureMethod };
declare const signatureInHeader: typeof signature & { via: "basic" };
declare const bothKinds: { apiKey: string; apiSecret: string; signatureSecret: string };
expectTypeOf(secret).toExtend<Credentials>();
expectTypeOf(signature).toExtend<Credentials>();
expectTypeOf(secretAndMethod).not.toExtend<Credentials>();
expectTypeOf(signatureInHeader).not.toExtend<Credentials>();
expectTypeOf(bothKinds).not.toExtend<Credentials>();

// Reports.
client.sms(report);
client.voice({ ...report, timestamp: new Date() }, { signal: new AbortController().signal });
client.sms({ ...report, timestamp: 0 });
client.sms({ ...report, timestamp: "2026-06-01T12:00:00Z" });
// @ts-expect-error no message id
client.sms({ delivered: true });
// @ts-expect-error no outcome
client.sms({ messageId: "x" });
// @ts-expect-error delivered is a boolean, not a text
client.sms({ messageId: "x", delivered: "true" });
// @ts-expect-error delivered is a boolean, not a number
client.sms({ messageId: "x", delivered: 1 });
// @ts-expect-error message-id is the wire's name, not the report's
client.sms({ "message-id": "x", delivered: true });
// @ts-expect-error the method names the channel
client.sms({ ...report, channel: "voice" });
// @ts-expect-error null is no timestamp
client.sms({ ...report, timestamp: null });
// @ts-expect-error a report is required
client.sms();
// @ts-expect-error no such channel
client.fax(report);

// All inputs and results are readonly.
declare const options: ConversionClientOptions;
declare const given: ConversionReport;
declare const event: AttemptEvent;
declare const result: ConversionResult;
declare const error: ConversionError;
// @ts-expect-error readonly
options.timeout = 1;
// @ts-expect-error readonly
given.delivered = false;
// @ts-expect-error readonly
event.attempt = 2;
// @ts-expect-error readonly
result.status = "recorded";
// @ts-expect-error readonly
error.code = "network";
// @ts-expect-error readonly
client.sms = client.voice;
// @ts-expect-error readonly
client.voice = client.sms;

// Results and errors.
expectTypeOf(client).toEqualTypeOf<ConversionClient>();
expectTypeOf(client.sms).returns.toEqualTypeOf<Promise<ConversionResult>>();
expectTypeOf(client.voice).toEqualTypeOf<ConversionClient["sms"]>();
expectTypeOf<ConversionClient>().toEqualTypeOf<Readonly<ConversionClient>>();
expectTypeOf<ConversionResult["status"]>().toEqualTypeOf<"recorded" | "accepted" | "duplicate">();
expectTypeOf<ConversionResult["attempts"]>().toEqualTypeOf<number>();
expectTypeOf<ConversionReport["timestamp"]>().toEqualTypeOf<Date | number | string | undefined>();
expectTypeOf<Channel>().toEqualTypeOf<"sms" | "voice">();
expectTypeOf<Traffic>().toEqualTypeOf<"2fa" | "other">();
expectTypeOf<SignatureMethod>().toEqualTypeOf<"md5hash" | "md5" | "sha1" | "sha256" | "sha512">();
expectTypeOf<ConversionErrorCode>().toEqualTypeOf<
  | "invalid_options"
  | "invalid_report"
  | "unauthorized"
  | "not_enabled"
  | "rejected"
  | "conflict"
  | "rate_limited"
  | "unavailable"
  | "timeout"
  | "network"
  | "aborted"
  | "unexpected_response"
>();
expectTypeOf<AttemptEvent["code"]>().toEqualTypeOf<ConversionErrorCode | undefined>();
expectTypeOf<Credentials>().toExtend<{ readonly apiKey: string }>();
expectTypeOf<RetryOptions>().toEqualTypeOf<{
  readonly attempts?: number;
  readonly baseDelay?: number;
  readonly maxDelay?: number;
}>();
expectTypeOf(ConversionError).instance.toExtend<Error>();
expectTypeOf(error.status).toEqualTypeOf<number | undefined>();
expectTypeOf(error.retryAfter).toEqualTypeOf<number | undefined>();
expectTypeOf(error.attempts).toEqualTypeOf<number>();
expectTypeOf(error.retryable).toEqualTypeOf<boolean>();
declare const caught: unknown;
if (isConversionError(caught)) expectTypeOf(caught).toEqualTypeOf<ConversionError>();

// Tokens and the sandbox.
const tokenSecret = { kid: "k", secret: "s" };
expectTypeOf(
  mintReportToken({ messageId: "x", channel: "sms" }, { secret: tokenSecret }),
).resolves.toEqualTypeOf<string>();
expectTypeOf(verifyReportToken("t", { secrets: [tokenSecret] })).resolves.toHaveProperty("messageId");
// @ts-expect-error no such channel
mintReportToken({ messageId: "x", channel: "fax" }, { secret: tokenSecret });
// @ts-expect-error no such traffic
mintReportToken({ messageId: "x", channel: "sms", traffic: "marketing" }, { secret: tokenSecret });
// @ts-expect-error a secret has a name
mintReportToken({ messageId: "x", channel: "sms" }, { secret: "s" });
// @ts-expect-error no such status among those that Vonage's references name
createSandbox({ rejectionStatus: 400 });

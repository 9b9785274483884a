// Checked by `tsc -p test`: what must not compile. Nothing here runs.

import { expectTypeOf } from "vitest";
import type { ConversionHandlerOptions, LogEntry, ProxyKey } from "../../../adapters/http/index.ts";
import { createConversionHandler } from "../../../adapters/http/index.ts";

type Secret = { apiKey: string; apiSecret: string };
type Signed = { apiKey: string; signatureSecret: string; signatureMethod: "sha256" };
type TwoFactor<C> = { credentials: { "2fa": C } };
type With<T> = TwoFactor<Secret> & T;

// Right options compile.
expectTypeOf<TwoFactor<Secret>>().toExtend<ConversionHandlerOptions>();
expectTypeOf<TwoFactor<Secret & { via: "query" }>>().toExtend<ConversionHandlerOptions>();
expectTypeOf<TwoFactor<Signed>>().toExtend<ConversionHandlerOptions>();
expectTypeOf<{ credentials: { "2fa": Signed; other: Secret } }>().toExtend<ConversionHandlerOptions>();
expectTypeOf<With<{ log: (entry: LogEntry) => void }>>().toExtend<ConversionHandlerOptions>();

// Credentials: half of them, or a method that does not exist.
expectTypeOf<{ proxyKeys: ProxyKey[] }>().not.toExtend<ConversionHandlerOptions>();
expectTypeOf<TwoFactor<{ apiKey: string }>>().not.toExtend<ConversionHandlerOptions>();
expectTypeOf<TwoFactor<{ apiSecret: string }>>().not.toExtend<ConversionHandlerOptions>();
expectTypeOf<
  TwoFactor<{ apiKey: string; signatureSecret: string }>
>().not.toExtend<ConversionHandlerOptions>();
expectTypeOf<
  TwoFactor<{ apiKey: string; signatureMethod: "md5" }>
>().not.toExtend<ConversionHandlerOptions>();
expectTypeOf<
  TwoFactor<{ apiKey: string; signatureSecret: string; signatureMethod: "sha3" }>
>().not.toExtend<ConversionHandlerOptions>();
expectTypeOf<TwoFactor<Secret & { via: "header" }>>().not.toExtend<ConversionHandlerOptions>();
expectTypeOf<TwoFactor<undefined>>().not.toExtend<ConversionHandlerOptions>();

// Credentials: both kinds at once, or a kind with what belongs to the other.
expectTypeOf<TwoFactor<Secret & Signed>>().not.toExtend<ConversionHandlerOptions>();
expectTypeOf<TwoFactor<Secret & { signatureSecret: string }>>().not.toExtend<ConversionHandlerOptions>();
expectTypeOf<TwoFactor<Secret & { signatureMethod: "md5" }>>().not.toExtend<ConversionHandlerOptions>();
expectTypeOf<TwoFactor<Signed & { apiSecret: string }>>().not.toExtend<ConversionHandlerOptions>();
expectTypeOf<TwoFactor<Signed & { via: "query" }>>().toExtend<ConversionHandlerOptions>();
expectTypeOf<TwoFactor<Secret & { via: "basic-query" }>>().toExtend<ConversionHandlerOptions>();
expectTypeOf<TwoFactor<Secret & { via: "form" }>>().not.toExtend<ConversionHandlerOptions>();
expectTypeOf<TwoFactor<Signed & { via: "basic" }>>().not.toExtend<ConversionHandlerOptions>();
expectTypeOf<{
  credentials: { "2fa": Secret; other: Secret & Signed };
}>().not.toExtend<ConversionHandlerOptions>();

// Callers: half a key, traffic that does not exist, one in place of a list.
expectTypeOf<With<{ proxyKeys: [{ name: string }] }>>().not.toExtend<ConversionHandlerOptions>();
expectTypeOf<
  With<{ proxyKeys: [{ name: string; key: string; traffic: "ads" }] }>
>().not.toExtend<ConversionHandlerOptions>();
expectTypeOf<With<{ proxyKeys: ProxyKey }>>().not.toExtend<ConversionHandlerOptions>();
expectTypeOf<With<{ tokenSecrets: string[] }>>().not.toExtend<ConversionHandlerOptions>();
expectTypeOf<With<{ tokenSecrets: [{ secret: string }] }>>().not.toExtend<ConversionHandlerOptions>();

// The rest.
expectTypeOf<With<{ allowedOrigins: string }>>().not.toExtend<ConversionHandlerOptions>();
expectTypeOf<With<{ baseUrl: URL }>>().not.toExtend<ConversionHandlerOptions>();
expectTypeOf<With<{ timeout: string }>>().not.toExtend<ConversionHandlerOptions>();
expectTypeOf<With<{ timeout: undefined }>>().not.toExtend<ConversionHandlerOptions>();
expectTypeOf<With<{ rateLimits: { key: { limit(): boolean } } }>>().not.toExtend<ConversionHandlerOptions>();
expectTypeOf<With<{ fetch: (url: string) => string }>>().not.toExtend<ConversionHandlerOptions>();

declare const given: { "2fa": Secret };
// @ts-expect-error: a name that is not known.
createConversionHandler({ credentials: given, retry: 3 });
// @ts-expect-error: a set of credentials that is not known.
createConversionHandler({ credentials: { ...given, ads: given["2fa"] } });
// @ts-expect-error: secrets of both kinds.
createConversionHandler({ credentials: { "2fa": { ...given["2fa"], signatureSecret: "s" } } });
// @ts-expect-error: a method beside an API secret.
createConversionHandler({ credentials: { other: { ...given["2fa"], signatureMethod: "md5" } } });

// The types of the handler that they make.
expectTypeOf(createConversionHandler).returns.returns.resolves.toEqualTypeOf<Response>();
expectTypeOf(createConversionHandler).returns.toBeCallableWith(new Request("https://a.example"));

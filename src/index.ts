export type { ConversionClient, ReportOptions } from "./client/client.ts";
export { createConversionClient } from "./client/client.ts";
export type { Credentials, SecretCredentials, SignatureCredentials } from "./client/credentials.ts";
export type { ConversionErrorCode, ConversionErrorDetails, FieldFault } from "./client/errors.ts";
export { ConversionError, isConversionError } from "./client/errors.ts";
export type {
  AttemptEvent,
  ConversionClientOptions,
  DirectOptions,
  KeyOptions,
  TokenOptions,
} from "./client/options.ts";
export type { ConversionStatus } from "./client/response.ts";
export type { RetryOptions } from "./client/retry.ts";
export type { ConversionResult } from "./client/sending.ts";
export type { Channel, ConversionReport, Traffic } from "./wire/report.ts";
export type { SignatureMethod } from "./wire/signature-method.ts";

export type { ConversionClient, ReportOptions } from "./client.ts";
export { createConversionClient } from "./client.ts";
export type { Credentials, SecretCredentials, SignatureCredentials } from "./credentials.ts";
export type { ConversionErrorCode, ConversionErrorDetails, FieldFault } from "./errors.ts";
export { ConversionError, isConversionError } from "./errors.ts";
export type {
  AttemptEvent,
  ConversionClientOptions,
  DirectOptions,
  KeyOptions,
  TokenOptions,
} from "./options.ts";
export type { Channel, ConversionReport, Traffic } from "./report.ts";
export type { ConversionStatus } from "./response.ts";
export type { RetryOptions } from "./retry.ts";
export type { ConversionResult } from "./sender.ts";
export type { SignatureMethod } from "./signature-method.ts";

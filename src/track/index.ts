// For servers that send messages themselves: has the Worker await the report of each.

export {
  ConversionError,
  type ConversionErrorCode,
  type ConversionErrorDetails,
  type FieldFault,
  isConversionError,
} from "../client/errors.ts";
export type { RetryOptions } from "../client/retry.ts";
export type { Channel, Traffic } from "../wire/report.ts";
export { createTrackingClient, type TrackingClient, type TrackOptions } from "./client.ts";
export type { TrackingClientOptions } from "./options.ts";
export type { SentFacts } from "./sent-facts.ts";
export type { SentMessage, TrackResult } from "./sent-message.ts";

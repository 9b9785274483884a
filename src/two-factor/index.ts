// The whole workflow for servers: a client of the Worker's, and the senders for Workers of one's own.

export type { Channel } from "../report.ts";
export type { ChallengeDetails, ChallengeStatus, MessageState } from "./challenge.ts";
export {
  type CallOptions,
  createTwoFactorClient,
  type KeyedCallOptions,
  type TwoFactorClient,
  type TwoFactorClientOptions,
} from "./client.ts";
export {
  type ChallengeWithoutNumber,
  isTwoFactorError,
  TwoFactorError,
  type TwoFactorErrorCode,
  type TwoFactorErrorDetails,
} from "./errors.ts";
export type { Registration, Registrations } from "./registrations.ts";
export type { CheckResult, LookRequest, NotVerified, ResendRequest, StartRequest } from "./request.ts";
export { isSendError, SendError, type SendErrorCode, type SendErrorDetails } from "./send-error.ts";
export type { CodeMessage, CodeSender, SentCode } from "./sender.ts";
export { createShortCodeSender, type ShortCodeSenderOptions } from "./short-code-sender.ts";
export type { SmsFrom } from "./sms-from.ts";
export { createSmsSender, type SmsSenderOptions } from "./sms-sender.ts";
export type { TextTemplate, TextTemplates } from "./templates.ts";
export type { TextSample, TextSize } from "./text-size.ts";
export { createVoiceSender, type VoiceSenderOptions } from "./voice-sender.ts";

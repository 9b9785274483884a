// The workflow for servers: the client of the Worker, and the senders for Workers of your own.

export type { Channel } from "../wire/report.ts";
export type { ChallengeDetails, ChallengeStatus, MessageState } from "./challenge/challenge.ts";
export {
  type CallOptions,
  createTwoFactorClient,
  type KeyedCallOptions,
  type TwoFactorClient,
} from "./client/client.ts";
export type { TwoFactorErrorCode } from "./client/error-codes.ts";
export {
  type ChallengeWithoutNumber,
  isTwoFactorError,
  TwoFactorError,
  type TwoFactorErrorDetails,
} from "./client/errors.ts";
export type { TwoFactorClientOptions } from "./client/options.ts";
export type { NotVerified } from "./refusal.ts";
export type { CheckResult, LookRequest, ResendRequest, StartRequest } from "./request.ts";
export type { Registration, Registrations } from "./senders/registrations.ts";
export { isSendError, SendError, type SendErrorCode, type SendErrorDetails } from "./senders/send-error.ts";
export type { CodeMessage, CodeSender, SentCode } from "./senders/sender.ts";
export { createShortCodeSender, type ShortCodeSenderOptions } from "./senders/short-code-sender.ts";
export type { SmsFrom } from "./senders/sms-from.ts";
export { createSmsSender, type SmsSenderOptions } from "./senders/sms-sender.ts";
export type { TextTemplate, TextTemplates } from "./senders/templates.ts";
export type { TextSample, TextSize } from "./senders/text-size.ts";
export { createVoiceSender, type VoiceSenderOptions } from "./senders/voice-sender.ts";

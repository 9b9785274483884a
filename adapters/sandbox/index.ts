// The entry `./sandbox`: Vonage's side as one fetch function, and with it the Worker's, for development and for users'
// own tests.

export type { SandboxAccount, SandboxAuthentication } from "../../src/sandbox/accounts.ts";
export { SANDBOX_ACCOUNTS, SANDBOX_CREDENTIALS } from "../../src/sandbox/accounts.ts";
export type { SandboxApplication } from "../../src/sandbox/application.ts";
export { SANDBOX_APPLICATION } from "../../src/sandbox/application.ts";
export type { CarrierSettings } from "../../src/sandbox/carrier-settings.ts";
export type { RecordedReport } from "../../src/sandbox/conversions.ts";
export type { SandboxExchange } from "../../src/sandbox/exchanges.ts";
export type { SandboxFault, SandboxPath } from "../../src/sandbox/faults.ts";
export type { Handset, HandsetCall, HandsetMessage } from "../../src/sandbox/handset.ts";
export type { SandboxOptions } from "../../src/sandbox/options.ts";
export type {
  SandboxCarrier,
  SandboxDelay,
  SandboxOutage,
  SandboxRouterSettings,
} from "../../src/sandbox/routing/sandbox-carrier.ts";
export type {
  SandboxRoute,
  SandboxRouteCarrier,
  SandboxRouting,
} from "../../src/sandbox/routing/sandbox-routing.ts";
export type { Sandbox } from "../../src/sandbox/sandbox.ts";
export type { SmsStatus } from "../../src/sandbox/sms-answer.ts";
export type { SandboxWebhooks, WebhookTransport } from "../../src/sandbox/webhook-settings.ts";
export type { Limit, Limits } from "../../src/two-factor/challenge/limits.ts";
export { createSandbox, type TwoFactorSandboxOptions } from "./create-sandbox.ts";
export type { SandboxRoutePause } from "./pauses.ts";
export type { SandboxTwoFactor } from "./two-factor-options.ts";
export type { TwoFactorSandbox } from "./two-factor-sandbox.ts";

// The entry `./sandbox`: Vonage's side as one fetch function, for development and for users' own tests.

export type { SandboxAccount, SandboxAuthentication } from "./accounts.ts";
export { SANDBOX_ACCOUNTS, SANDBOX_CREDENTIALS } from "./accounts.ts";
export type { SandboxApplication } from "./application.ts";
export { SANDBOX_APPLICATION } from "./application.ts";
export type { CarrierSettings } from "./carrier-settings.ts";
export type { RecordedReport } from "./conversions.ts";
export { createSandbox } from "./create-sandbox.ts";
export type { SandboxExchange } from "./exchanges.ts";
export type { SandboxFault, SandboxPath } from "./faults.ts";
export type { Handset, HandsetCall, HandsetMessage } from "./handset.ts";
export type { SandboxOptions } from "./options.ts";
export type {
  SandboxCarrier,
  SandboxDelay,
  SandboxOutage,
  SandboxRouterSettings,
} from "./routing/sandbox-carrier.ts";
export type { SandboxRoute, SandboxRouteCarrier, SandboxRouting } from "./routing/sandbox-routing.ts";
export type { Sandbox } from "./sandbox.ts";
export type { SmsStatus } from "./sms-answer.ts";
export type { SandboxWebhooks, WebhookTransport } from "./webhook-settings.ts";

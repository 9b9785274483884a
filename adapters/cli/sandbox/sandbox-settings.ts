// The settings of the Worker and of the sandbox that `vonage-conversion sandbox` starts.

import { SANDBOX_ACCOUNTS, SANDBOX_APPLICATION, SANDBOX_CREDENTIALS } from "../../../src/sandbox/index.ts";
import { SANDBOX_KEYS } from "./sandbox-keys.ts";

/** The addresses of both. Each is a base URL without a trailing slash. */
export interface SandboxAddresses {
  /** Where the sandbox reaches the Worker. */
  readonly worker: string;
  /** Where the Worker reaches the sandbox. */
  readonly sandbox: string;
  /** The console, for the link on the page. */
  readonly console: string;
}

const SIGNATURE_METHOD = "sha256";
/** Short, so that a visitor sees resending, expiry and reports of `false` without waiting. */
const COOLDOWN_S = "5";
const LIFETIME_S = "60";
/** High, so that visitors are not locked out. */
const LIMITS = "number=1000/60 prefix=10000/60 caller=100000/60 total=100000/60";

/**
 * Gives the settings that let a Worker talk to the sandbox in place of Vonage.
 *
 * @param sandbox Base URL, without a trailing slash.
 */
export function toVonageSettings(sandbox: string): Record<string, string> {
  const { apiKey, apiSecret } = SANDBOX_CREDENTIALS.twoFactor;
  const account = SANDBOX_ACCOUNTS.find((one) => one.apiKey === apiKey);
  return {
    VONAGE_BASE_URL: sandbox,
    VONAGE_REST_BASE_URL: sandbox,
    VONAGE_2FA_API_KEY: apiKey,
    VONAGE_2FA_API_SECRET: apiSecret,
    VOICE_APPLICATION_ID: SANDBOX_APPLICATION.applicationId,
    VOICE_PRIVATE_KEY: SANDBOX_APPLICATION.privateKey,
    VOICE_FROM: "447700900001",
    WEBHOOK_SIGNATURE_SECRET: account?.signatureSecret ?? "",
    WEBHOOK_SIGNATURE_METHOD: SIGNATURE_METHOD,
  };
}

/**
 * Gives the Worker's settings.
 *
 * @param proxyKey The key of the developer's own programs.
 * @param applicationKey The key of the page's application.
 */
export function toWorkerSettings(
  { sandbox }: SandboxAddresses,
  { proxyKey, applicationKey }: { readonly proxyKey: string; readonly applicationKey: string },
): Record<string, string> {
  const { apiKey, apiSecret } = SANDBOX_CREDENTIALS.other;
  const { adminKey, tokenSecret } = SANDBOX_KEYS;
  return {
    ...toVonageSettings(sandbox),
    VONAGE_OTHER_API_KEY: apiKey,
    VONAGE_OTHER_API_SECRET: apiSecret,
    PROXY_KEYS_2FA: `local:${proxyKey},application:${applicationKey}`,
    ADMIN_KEYS: `local:${adminKey}`,
    TOKEN_SECRETS: `${tokenSecret.kid}:${tokenSecret.secret}`,
    ALLOWED_ORIGINS: "*",
    TWO_FACTOR_SECRETS: "local:sandbox-code-secret-0123456789abcdef",
    TWO_FACTOR_BRAND: "Acme",
    TWO_FACTOR_COUNTRIES: "*",
    TWO_FACTOR_COOLDOWN_S: COOLDOWN_S,
    TWO_FACTOR_LIFETIME_S: LIFETIME_S,
    TWO_FACTOR_LIMITS: LIMITS,
    INSIGHT_INTERVAL_S: "5",
    SMS_FROM: "447700900000",
  };
}

/**
 * Gives the sandbox's settings.
 *
 * @param cooldown The Worker's TWO_FACTOR_COOLDOWN_S.
 * @param hosts Further host names that it answers to.
 */
export function toSandboxSettings(
  { worker, console }: SandboxAddresses,
  {
    applicationKey,
    cooldown = COOLDOWN_S,
    hosts,
  }: {
    readonly applicationKey: string;
    readonly cooldown?: string | undefined;
    readonly hosts: readonly string[];
  },
): Record<string, string> {
  return {
    WEBHOOK_BASE_URL: worker,
    PLAYGROUND_HOSTS: hosts.join(" "),
    WEBHOOK_SIGN: SIGNATURE_METHOD,
    APPLICATION_ENDPOINT: worker,
    APPLICATION_KEY: applicationKey,
    APPLICATION_COOLDOWN_S: cooldown,
    CONSOLE_URL: console,
  };
}

import type { SmsFrom } from "../../src/two-factor/senders/sms-from.ts";
import type { TextTemplates } from "../../src/two-factor/senders/templates.ts";
import type { TwoFactorOptions } from "../http/two-factor/options.ts";

/**
 * Settings of the Worker's workflow in a sandbox: those of yours in production, as far as your tests depend on them.
 * Durations of codes are in seconds, periods of limits in milliseconds, as in `TwoFactorOptions`.
 *
 * @example
 * createSandbox({ twoFactor: { brand: "Acme", countries: ["GB"], codeLength: 4, lifetime: 120 } });
 *
 * @example
 * // At most two codes an hour to a number.
 * createSandbox({ twoFactor: { limits: { number: { messages: 2, period: 3_600_000 } } } });
 */
export interface SandboxTwoFactor
  extends Partial<Omit<TwoFactorOptions, "codeSecrets" | "senders" | "webhooks">> {
  /**
   * The sender of texts: a number, or a name, to which users cannot reply.
   *
   * @default "447700900000"
   */
  readonly from?: string | SmsFrom;
  /**
   * Your own texts, as in `TWO_FACTOR_TEXTS`.
   *
   * @default the built-in texts
   */
  readonly texts?: TextTemplates;
}

// A sign-in by code, independent of the framework. The Worker sends the code, checks it, and reports to Vonage.

import {
  createTwoFactorClient,
  isTwoFactorError,
  type TwoFactorClientOptions,
} from "vonage-conversion/two-factor";
import { sayWhatWasSent, sayWhyNotChecked, sayWhyNotSent, sayWhyNotVerified } from "./sentences.ts";

/** A code that was sent. Keep it where the user can neither read nor change it. */
export interface Challenge {
  readonly id: string;
  /** The number in E.164. It is the same however the user typed it, so it identifies the user. */
  readonly number: string;
  /** A sentence for the user that says where the code is. */
  readonly notice: string;
}

/** By text or by call. */
export type Channel = "sms" | "voice";

/** Numbers without + are read as dialled in this country. */
const DEFAULT_COUNTRY = "GB";

/** The result, or a sentence for the user. */
export type Sent = { readonly challenge: Challenge } | { readonly message: string };
export type Checked = { readonly user: string } | { readonly message: string };

export interface SignInOptions extends TwoFactorClientOptions {
  /**
   * The site's origin, such as `https://shop.example`: phones then offer the code only on this site. Take it from a
   * setting, never from a request: with a forged `Host`, the code would be offered on another site.
   */
  readonly origin?: string | undefined;
}

export interface SignIn {
  /**
   * Sends a code to the number that the user typed. If accounts have passwords, take the number from the account.
   *
   * @param ip The user's address from the platform. The Worker limits the codes per address and hour.
   */
  sendCode(typed: string, ip: string | undefined): Promise<Sent>;
  /** Sends a new code, which replaces the one before. */
  resendCode(challenge: Challenge, channel: Channel, ip: string | undefined): Promise<Sent>;
  checkCode(challenge: Challenge, typed: string): Promise<Checked>;
}

export function createSignIn({ origin, ...options }: SignInOptions): SignIn {
  const twoFactor = createTwoFactorClient(options);
  return {
    async sendCode(typed, ip) {
      try {
        const { id, to } = await start(typed, ip);
        return { challenge: { id, number: to, notice: sayWhatWasSent(to) } };
      } catch (error) {
        return explain(error);
      }
    },

    async resendCode(challenge, channel, ip) {
      const { id, number } = challenge;
      try {
        await twoFactor.resend(id, { channel, ip });
      } catch (error) {
        // With a challenge, Vonage did not answer: the new code may still arrive and is valid.
        if (!isTwoFactorError(error) || error.challenge === undefined) return explain(error);
      }
      return { challenge: { id, number, notice: sayWhatWasSent(number, channel) } };
    },

    async checkCode({ id, number }, typed) {
      try {
        const checked = await twoFactor.check(id, typed);
        if (checked.verified) return { user: number };
        return { message: sayWhyNotVerified(checked.reason, checked.attemptsLeft) };
      } catch (error) {
        if (!isTwoFactorError(error)) throw error;
        console.warn(error.message);
        return { message: sayWhyNotChecked(error.code) };
      }
    },
  };

  function explain(error: unknown): Sent {
    if (!isTwoFactorError(error)) throw error;
    // The message contains neither the number nor the key.
    console.warn(error.message);
    return { message: sayWhyNotSent(error.code, error.retryAfter) };
  }

  async function start(to: string, ip: string | undefined) {
    try {
      return await twoFactor.start({ to, defaultCountry: DEFAULT_COUNTRY, channel: "sms", ip, origin });
    } catch (error) {
      if (!isTwoFactorError(error) || error.challenge === undefined) throw error;
      // Vonage did not answer: the code may still arrive and is valid. Errors contain no number, so ask for it.
      return twoFactor.get(error.challenge.id);
    }
  }
}

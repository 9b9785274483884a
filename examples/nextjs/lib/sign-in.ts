// A sign-in by code, whatever serves its pages. The Worker sends the code, checks it, and reports to Vonage.

import {
  createTwoFactorClient,
  isTwoFactorError,
  type TwoFactorClientOptions,
} from "vonage-conversion/two-factor";
import { sayWhyNotChecked, sayWhyNotSent, sayWhyNotVerified } from "./sentences.ts";

/** A code under way. Keep it where its user can neither read nor change it. */
export interface Challenge {
  readonly id: string;
  /** Where the code went: the same for every way to write it, so it says who the user is. */
  readonly number: string;
}

/** What a user types without + is read as people in this country dial it. */
const DEFAULT_COUNTRY = "GB";

/** Either, or a sentence for the user. */
export type Sent = { readonly challenge: Challenge } | { readonly message: string };
export type Checked = { readonly user: string } | { readonly message: string };

export interface SignInOptions extends TwoFactorClientOptions {
  /**
   * The site's origin, such as `https://shop.example`: phones then offer the code to this site alone. A setting, and
   * never what a request says: whoever sends a forged `Host` would have the code offered to another site.
   */
  readonly origin?: string | undefined;
}

export interface SignIn {
  /**
   * Sends a code to whatever the user typed. Where accounts have passwords, take the number from the account.
   *
   * @param ip The user's address, as the platform knows it: one address can ask for so many codes an hour.
   */
  sendCode(typed: string, ip: string | undefined): Promise<Sent>;
  checkCode(challenge: Challenge, typed: string): Promise<Checked>;
}

export function createSignIn({ origin, ...options }: SignInOptions): SignIn {
  const twoFactor = createTwoFactorClient(options);
  return {
    async sendCode(typed, ip) {
      try {
        const { id, to } = await start(typed, ip);
        return { challenge: { id, number: to } };
      } catch (error) {
        if (!isTwoFactorError(error)) throw error;
        // It holds neither number nor key.
        console.warn(error.message);
        return { message: sayWhyNotSent(error.code, error.retryAfter) };
      }
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

  async function start(to: string, ip: string | undefined) {
    try {
      return await twoFactor.start({ to, defaultCountry: DEFAULT_COUNTRY, channel: "sms", ip, origin });
    } catch (error) {
      if (!isTwoFactorError(error) || error.challenge === undefined) throw error;
      // Vonage did not answer: the code may arrive, and is taken. Errors hold no number.
      return twoFactor.get(error.challenge.id);
    }
  }
}

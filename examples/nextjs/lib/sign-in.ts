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

export interface SignIn {
  /** Sends a code to whatever the user typed. Where accounts have passwords, take the number from the account. */
  sendCode(typed: string): Promise<Sent>;
  checkCode(challenge: Challenge, typed: string): Promise<Checked>;
}

export function createSignIn(options: TwoFactorClientOptions): SignIn {
  const twoFactor = createTwoFactorClient(options);
  return {
    async sendCode(typed) {
      try {
        const { id, to } = await start(typed);
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

  async function start(typed: string) {
    try {
      return await twoFactor.start({ to: typed, defaultCountry: DEFAULT_COUNTRY, channel: "sms" });
    } catch (error) {
      if (!isTwoFactorError(error) || error.challenge === undefined) throw error;
      // Vonage did not answer: the code may arrive, and is taken. Errors hold no number.
      return twoFactor.get(error.challenge.id);
    }
  }
}

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
  /** Where the code went. */
  readonly number: string;
}

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
      const number = `+${typed.replace(/\D/g, "")}`;
      try {
        const { id } = await twoFactor.start({ to: number, channel: "sms" });
        return { challenge: { id, number } };
      } catch (error) {
        if (!isTwoFactorError(error)) throw error;
        // No answer of Vonage's: it may arrive all the same, and is taken.
        if (error.challenge !== undefined) return { challenge: { id: error.challenge.id, number } };
        // It holds neither number nor key.
        console.warn(error.message);
        return { message: sayWhyNotSent(error.code, error.retryAfter) };
      }
    },

    async checkCode({ id, number }, typed) {
      try {
        const checked = await twoFactor.check(id, typed.replace(/[\s-]/g, ""));
        if (checked.verified) return { user: number };
        return { message: sayWhyNotVerified(checked.reason, checked.attemptsLeft) };
      } catch (error) {
        if (!isTwoFactorError(error)) throw error;
        console.warn(error.message);
        return { message: sayWhyNotChecked(error.code) };
      }
    },
  };
}

// A sign-in by code. The Worker next door sends the code, checks it, and reports to Vonage.

import type { TwoFactorService } from "vonage-conversion/cloudflare";
import type { TwoFactorErrorCode } from "vonage-conversion/two-factor";
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

/** What an error of the Worker next door has when it arrives here: its fields, and no class. */
interface RemoteError extends Error {
  readonly code?: TwoFactorErrorCode;
  readonly retryAfter?: number;
  readonly challenge?: { readonly id: string };
}

export interface Asking {
  /** The user's address, as the platform knows it: one address can ask for so many codes an hour. */
  readonly ip: string | undefined;
  /**
   * The site's origin, such as `https://shop.example`: phones then offer the code to this site alone. A setting, and
   * never what a request says: whoever sends a forged `Host` would have the code offered to another site.
   */
  readonly origin: string | undefined;
}

/** Sends a code to whatever the user typed. Where accounts have passwords, take the number from the account. */
export async function sendCode(twoFactor: TwoFactorService, typed: string, asking: Asking): Promise<Sent> {
  try {
    const { id, to } = await start(twoFactor, typed, asking);
    return { challenge: { id, number: to } };
  } catch (error) {
    const { code, message, retryAfter } = error as RemoteError;
    // It holds neither number nor key.
    console.warn(message);
    return { message: sayWhyNotSent(code, retryAfter) };
  }
}

async function start(twoFactor: TwoFactorService, to: string, asking: Asking) {
  try {
    return await twoFactor.start({ to, defaultCountry: DEFAULT_COUNTRY, channel: "sms", ...asking });
  } catch (error) {
    const { challenge } = error as RemoteError;
    if (challenge === undefined) throw error;
    // Vonage did not answer: the code may arrive, and is taken. Errors hold no number.
    return twoFactor.get(challenge.id);
  }
}

export async function checkCode(
  twoFactor: TwoFactorService,
  { id, number }: Challenge,
  typed: string,
): Promise<Checked> {
  try {
    const checked = await twoFactor.check(id, typed);
    if (checked.verified) return { user: number };
    return { message: sayWhyNotVerified(checked.reason, checked.attemptsLeft) };
  } catch (error) {
    const { code, message } = error as RemoteError;
    console.warn(message);
    return { message: sayWhyNotChecked(code) };
  }
}

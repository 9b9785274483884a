// A sign-in by code. The Worker next door sends the code, checks it, and reports to Vonage.

import type { TwoFactorService } from "vonage-conversion/cloudflare";
import type { TwoFactorErrorCode } from "vonage-conversion/two-factor";
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

/** What an error of the Worker next door has when it arrives here: its fields, and no class. */
interface RemoteError extends Error {
  readonly code?: TwoFactorErrorCode;
  readonly retryAfter?: number;
  readonly challenge?: { readonly id: string };
}

/** Sends a code to whatever the user typed. Where accounts have passwords, take the number from the account. */
export async function sendCode(twoFactor: TwoFactorService, typed: string): Promise<Sent> {
  const number = `+${typed.replace(/\D/g, "")}`;
  try {
    const { id } = await twoFactor.start({ to: number, channel: "sms" });
    return { challenge: { id, number } };
  } catch (error) {
    const { code, message, retryAfter, challenge } = error as RemoteError;
    // No answer of Vonage's: it may arrive all the same, and is taken.
    if (challenge !== undefined) return { challenge: { id: challenge.id, number } };
    // It holds neither number nor key.
    console.warn(message);
    return { message: sayWhyNotSent(code, retryAfter) };
  }
}

export async function checkCode(
  twoFactor: TwoFactorService,
  { id, number }: Challenge,
  typed: string,
): Promise<Checked> {
  try {
    const checked = await twoFactor.check(id, typed.replace(/[\s-]/g, ""));
    if (checked.verified) return { user: number };
    return { message: sayWhyNotVerified(checked.reason, checked.attemptsLeft) };
  } catch (error) {
    const { code, message } = error as RemoteError;
    console.warn(message);
    return { message: sayWhyNotChecked(code) };
  }
}

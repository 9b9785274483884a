// A sign-in by code. The bound Worker sends the code, checks it, and reports to Vonage.

import type { TwoFactorService } from "vonage-conversion/cloudflare";
import type { TwoFactorErrorCode } from "vonage-conversion/two-factor";
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

/** An error of the bound Worker, as it arrives here: with its fields, but without its class. */
interface RemoteError extends Error {
  readonly code?: TwoFactorErrorCode;
  readonly retryAfter?: number;
  readonly challenge?: { readonly id: string };
}

export interface Asking {
  /** The user's address from the platform. The Worker limits the codes per address and hour. */
  readonly ip: string | undefined;
  /**
   * The site's origin, such as `https://shop.example`: phones then offer the code only on this site. Take it from a
   * setting, never from a request: with a forged `Host`, the code would be offered on another site.
   */
  readonly origin: string | undefined;
}

/** Sends a code to whatever the user typed. Where accounts have passwords, take the number from the account. */
export async function sendCode(twoFactor: TwoFactorService, typed: string, asking: Asking): Promise<Sent> {
  try {
    const { id, to } = await start(twoFactor, typed, asking);
    return { challenge: { id, number: to, notice: sayWhatWasSent(to) } };
  } catch (error) {
    return explain(error as RemoteError);
  }
}

/** Sends a new code, which replaces the one before. */
export async function resendCode(
  twoFactor: TwoFactorService,
  { id, number }: Challenge,
  channel: Channel,
  { ip }: Asking,
): Promise<Sent> {
  try {
    await twoFactor.resend(id, { channel, ip });
  } catch (error) {
    // With a challenge, Vonage did not answer: the new code may still arrive and is valid.
    if ((error as RemoteError).challenge === undefined) return explain(error as RemoteError);
  }
  return { challenge: { id, number, notice: sayWhatWasSent(number, channel) } };
}

function explain({ code, message, retryAfter }: RemoteError): Sent {
  // It holds neither number nor key.
  console.warn(message);
  return { message: sayWhyNotSent(code, retryAfter) };
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

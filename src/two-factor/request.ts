// The requests of the workflow's callers: the same for the client, over HTTP and by RPC.

import type { Channel } from "../wire/report.ts";
import type { NotVerified } from "./refusal.ts";

/** A request for a code. */
export interface StartRequest {
  /**
   * The user's number, as it was typed. With "+" and the country code (E.164) it is understood everywhere. Without "+"
   * it is read as people in `defaultCountry` dial it. Without a default country, digits alone begin with the country
   * code.
   *
   * @example
   * await twoFactor.start({ to: "+44 20 7946 0018", channel: "voice" });
   *
   * @example
   * // The user typed a national number.
   * await twoFactor.start({ to: "020 7946 0018", defaultCountry: "GB", channel: "voice" });
   */
  readonly to: string;
  /**
   * The country of a number without "+": ISO 3166 alpha-2, such as `GB`.
   *
   * @default the Worker's TWO_FACTOR_DEFAULT_COUNTRY
   *
   * @example
   * // The country that the user chose in the form.
   * await twoFactor.start({ to, defaultCountry: form.get("country"), channel: "sms" });
   */
  readonly defaultCountry?: string;
  /** `sms`: a text message. `voice`: a phone call that reads out the code. */
  readonly channel: Channel;
  /**
   * The name in the message, as the user knows your service: 1 to 30 characters.
   *
   * @default the Worker's TWO_FACTOR_BRAND
   *
   * @example
   * // One Worker for two shops.
   * await twoFactor.start({ to, channel: "sms", brand: shop.name });
   */
  readonly brand?: string;
  /**
   * The user's language, a BCP 47 tag. English is the fallback.
   *
   * @default "en"
   *
   * @example
   * await twoFactor.start({ to, channel: "sms", locale: "pt-BR" });
   */
  readonly locale?: string;
  /**
   * Your own reference: 1 to 40 letters, digits, `_`, `.`, `:` or `-`. It goes to Vonage as `client-ref`.
   *
   * @default the challenge's id
   *
   * @example
   * // Find the message in Vonage's logs by the id of the order.
   * await twoFactor.start({ to, channel: "sms", clientRef: `order-${order.id}` });
   */
  readonly clientRef?: string;
  /**
   * The end user's IPv4 or IPv6 address, for the limit by address. Do not send your server's own address, or one from a
   * header that the user can set. An IPv6 address counts as its /64. Only a keyed hash is stored.
   *
   * @default no limit by address
   *
   * @example
   * // In a Cloudflare Worker.
   * await twoFactor.start({ to, channel: "sms", ip: request.headers.get("cf-connecting-ip") ?? undefined });
   */
  readonly ip?: string | undefined;
  /**
   * The https origin of the page that asks for the code, without port and path. The text then ends with the line
   * `@shop.example #123456`, so that iOS and browsers (WebOTP) fill in the code on this site only. Ignored for calls.
   *
   * @default none
   *
   * @example
   * await twoFactor.start({ to, channel: "sms", origin: "https://shop.example" });
   */
  readonly origin?: string | undefined;
  /**
   * The hash of the Android app that reads the text with the SMS Retriever API: 11 characters. Ignored for calls.
   *
   * @default none
   *
   * @example
   * await twoFactor.start({ to, channel: "sms", androidAppHash: "FA+9qCX9VSu" });
   */
  readonly androidAppHash?: string;
  /**
   * Replaces your earlier challenges for the same number with the same proxy key. As soon as this code is sent, theirs
   * are refused as `superseded`.
   *
   * @default false
   *
   * @example
   * // The user started over: only the newest code counts.
   * await twoFactor.start({ to, channel: "sms", supersede: true });
   */
  readonly supersede?: boolean;
}

export interface LookRequest {
  /**
   * Seconds to wait for a `pending` challenge to end, 0 to 30. The answer comes as soon as the challenge is verified
   * (by a check or a reply), expired, locked, cancelled or superseded, and otherwise after this time.
   *
   * @default 0
   *
   * @example
   * // Wait for a reply to the text.
   * const { state } = await twoFactor.get(id, { wait: 20 });
   */
  readonly wait?: number;
}

export interface ResendRequest {
  /**
   * The channel of the new message.
   *
   * @default the channel of the last message
   *
   * @example
   * // No text arrived: call instead.
   * await twoFactor.resend(id, { channel: "voice" });
   */
  readonly channel?: Channel;
  /**
   * The end user's address, as in `StartRequest`.
   *
   * @default the address given at the start
   *
   * @example
   * // The user's phone may have another address by now.
   * await twoFactor.resend(id, { ip: request.ip });
   */
  readonly ip?: string | undefined;
}

/**
 * The result of a check.
 *
 * @example
 * const result = await twoFactor.check(id, code);
 * if (!result.verified && result.reason === "wrong") showRetry(result.attemptsLeft);
 */
export type CheckResult =
  | { readonly verified: true }
  | {
      readonly verified: false;
      readonly reason: NotVerified;
      /** Guesses left. */
      readonly attemptsLeft: number;
    };

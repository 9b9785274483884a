import * as v from "valibot";
import { integer, objectOf, oneOf, text } from "../shared/validation.ts";
import { flag, rateOrNull } from "./fields.ts";

/** The treatment of later messages, except those to networks with their own carriers. */
export interface CarrierSettings {
  /**
   * `true` if messages and calls arrive.
   *
   * @default true
   */
  readonly delivers?: boolean;
  /**
   * Milliseconds until a message or call arrives; up to 600 000. A text with a shorter `ttl` expires instead.
   *
   * @default 0
   */
  readonly deliveryDelay?: number;
  /**
   * `"honest"`: receipts say what happened. `"missing"`: no receipts are sent. `"delivered"`: receipts always say
   * delivered.
   *
   * @default "honest"
   */
  readonly receipts?: "honest" | "missing" | "delivered";
  /**
   * Milliseconds from the delivery, or the failure, to its receipt; up to 600 000.
   *
   * @default 0
   */
  readonly receiptDelay?: number;
  /**
   * The `err-code`, 1 to 99, of an honest receipt for a message that did not arrive. The status is `expired` with 2
   * (absent subscriber) and 12 (unreachable), otherwise `failed`.
   *
   * @default 1, or 2 if the `ttl` ran out
   */
  readonly errorCode?: number;
  /**
   * The last status of a call that does not reach the user.
   *
   * @default "failed"
   *
   * @example
   * // The phone is in use.
   * sandbox.carrier({ delivers: false, callStatus: "busy" });
   */
  readonly callStatus?: "failed" | "busy" | "rejected" | "unanswered";
  /**
   * The network (MCCMNC) in answers and receipts; 5 or 6 digits.
   *
   * @default the network of the number in the sandbox's model, otherwise "23410"
   */
  readonly networkCode?: string;
  /**
   * The price of each part, in euros.
   *
   * @default "0.03330000"
   */
  readonly price?: string;
  /**
   * Sends a receipt `buffered` before the final one.
   *
   * @default false
   */
  readonly intermediate?: boolean;
  /**
   * Texts a second that one sender (`from`) may send, 1 to 1000. A text above the limit gets status "1", with the wait
   * in its error text. Long numbers of the US and Canada have a limit of 1. `null` means no limit.
   *
   * @default null
   */
  readonly textsPerSecond?: number | null;
}

const delay = v.optional(integer(0, 600_000), 0);

/** Validates {@link CarrierSettings} and fills in the defaults. */
export const carrierSettingsSchema = objectOf({
  delivers: v.optional(flag, true),
  deliveryDelay: delay,
  receipts: v.optional(
    oneOf<NonNullable<CarrierSettings["receipts"]>>(["honest", "missing", "delivered"]),
    "honest",
  ),
  receiptDelay: delay,
  errorCode: v.optional(integer(1, 99)),
  callStatus: v.optional(
    oneOf<NonNullable<CarrierSettings["callStatus"]>>(["failed", "busy", "rejected", "unanswered"]),
    "failed",
  ),
  networkCode: v.optional(text("5 or 6 digits", /^\d{5,6}$/)),
  price: v.optional(text("an amount such as 0.03330000", /^\d{1,6}\.\d{1,8}$/), "0.03330000"),
  intermediate: v.optional(flag, false),
  textsPerSecond: v.optional(rateOrNull(1000), null),
});

/** Settings with their defaults. */
export type KnownCarrierSettings = v.InferOutput<typeof carrierSettingsSchema>;

// The sender of a text: a number or a name. A number in another spelling than Vonage's would pass as a name, so it is
// refused.

import * as v from "valibot";
import { text } from "../../shared/validation.ts";

/** Digits with the separators that people write. */
const LIKE_A_NUMBER = /^(?:[+ ().-]*\d)+[+ ().-]*$/;

/** Up to 15 digits with the country code first, or a name of up to 11 printable ASCII characters. */
export const senderIdSchema = v.pipe(
  text("up to 15 digits, or up to 11 printable ASCII characters", /^(?=.*[^ ])(\d{1,15}|[ -~]{1,11})$/),
  v.check(
    (from) => !LIKE_A_NUMBER.test(from) || /^\d+$/.test(from),
    "must be digits only if it is a number: country code first, without + and spaces",
  ),
  v.check(
    (from) => !/^0\d*$/.test(from),
    "must not begin with 0: write the country code first, as in 447400123456",
  ),
);

// Who sends a text: a number, or a name. A number that is written otherwise than Vonage takes it would pass as a name.

import * as v from "valibot";
import { text } from "../../shared/validation.ts";

/** Digits with what people write between them. */
const LIKE_A_NUMBER = /^(?:[+ ().-]*\d)+[+ ().-]*$/;

/** Up to 15 digits, country code first; or a name of up to 11 printable ASCII characters. */
export const senderIdSchema = v.pipe(
  text("up to 15 digits, or up to 11 printable ASCII characters", /^(?=.*[^ ])(\d{1,15}|[ -~]{1,11})$/),
  v.check(
    (from) => !LIKE_A_NUMBER.test(from) || /^\d+$/.test(from),
    "must be digits alone where it is a number: without + and blanks, country code first",
  ),
  v.check(
    (from) => !/^0\d*$/.test(from),
    "must not begin with 0: write the country code first, as in 447400123456",
  ),
);
